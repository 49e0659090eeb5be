/**
 * Names of models that an Azure deployment's name plainly says (`gpt-4o-mini-prod`, `my_gpt4o`, `gpt35-turbo`):
 * the name without words of a closed list at its ends. A deployment may be called anything, so nothing else is read.
 */
export function azureDeploymentNames(deployment: string): readonly string[] {
  const spelled = deployment
    .replaceAll('_', '-')
    .replace(/gpt(?=\d)/, 'gpt-')
    .replace(/gpt-3\.?5/, 'gpt-35')
    .replace(/gpt-(4|5)-(\d)(?!\d)/, 'gpt-$1.$2');
  const words = spelled.split('-').filter((word) => word !== '');
  const names = new Set<string>();
  if (spelled !== deployment) names.add(spelled);
  let start = 0;
  let end = words.length;
  while (start < end && affixes.has(words[start] ?? '')) start++;
  while (end > start && affixes.has(words[end - 1] ?? '')) {
    end--;
    if (end > start) names.add(words.slice(start, end).join('-'));
  }
  if (start > 0 && end > start) names.add(words.slice(start, end).join('-'));
  names.delete(deployment);
  return [...names];
}

const affixes: ReadonlySet<string> = new Set(
  (
    'deployment deploy dep prod production dev development test testing staging stage stg qa uat int sandbox demo ' +
    'my our the main default team app us eu uk global standard globalstandard datazone ' +
    'eastus eastus2 westus westus2 westus3 centralus northcentralus southcentralus westeurope northeurope ' +
    'swedencentral francecentral germanywestcentral switzerlandnorth uksouth norwayeast polandcentral italynorth ' +
    'spaincentral canadaeast canadacentral brazilsouth japaneast koreacentral southindia australiaeast uaenorth ' +
    '1 2 01 02 001 002'
  ).split(' '),
);
