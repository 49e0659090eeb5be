/** How sure a single line is of being code: `certain` alone suffices, `likely` and `weak` need company. */
export type CodeSign = 'certain' | 'likely' | 'weak' | undefined;

const longestLine = 400;

/** Judges one line by its own form. Keywords count in their language's case: prose begins lines with capitals. */
export function codeSign(line: string): CodeSign {
  const text = line.trim();
  if (text === '' || text.length > longestLine) return undefined;
  if (isMarkup(text)) return undefined;
  if (matchesCertain(text)) return 'certain';
  if (isProse(text)) return undefined;
  if (matchesLikely(text)) return 'likely';
  return matchesWeak(text) ? 'weak' : undefined;
}

/** Lists, quotations, tables and headings of Markdown, and lines that begin as sentences do and have no code's signs. */
function isMarkup(text: string): boolean {
  return (
    /^(?:[-*+•] |\d{1,3}[.)] |> |\| |#{1,6} )/.test(text) ||
    (/^\p{Lu}\p{Ll}+[ ,]/u.test(text) && !/[;{}=<>()|]/.test(text))
  );
}

/** Ends like a sentence and has the words of one. */
function isProse(text: string): boolean {
  return (
    /[\p{Ll}\p{Lo})][.?!:。？！]$/u.test(text) && text.includes(' ') && !/[;{}=]|\)\s*:$|^\$ /.test(text)
  );
}

/** One expression for patterns at the line's start, one for those anywhere, one for markup in either case. */
function anyOf(patterns: readonly RegExp[]): (text: string) => boolean {
  const groups = new Map<string, string[]>();
  for (const { source, flags } of patterns) {
    const anchored = source.startsWith('^');
    const key = `${anchored ? '^' : ''}${flags}`;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(anchored ? source.slice(1) : source);
  }
  const expressions = [...groups].map(
    ([key, sources]) =>
      // eslint-disable-next-line no-restricted-syntax -- made of this file's own constants
      new RegExp(`${key.startsWith('^') ? '^' : ''}(?:${sources.join('|')})`, key.replace('^', '')),
  );
  return (text) => expressions.some((expression) => expression.test(text));
}

const certain: readonly RegExp[] = [
  /^#!\/\S+/,
  /^#include\s*[<"][\w./+-]+[>"]/,
  /^<\?php\b/,
  /^<!doctype html/i,
  // Python
  /^(?:async )?def \w+\(.{0,300}:$/,
  /^if __name__ == ['"]__main__['"]:/,
  /^from [\w.]+ import [\w.*]+(?: as \w+)?(?:, ?[\w.]+(?: as \w+)?){0,20}$/,
  // JavaScript and TypeScript
  /^(?:export )?(?:default )?(?:async )?function\s?\*?\s?\w*(?:<[\w, ]+>)?\(.{0,300}\{$/,
  /^import .{1,200} from ['"][^'"]{1,200}['"];?$/,
  /^(?:export )?(?:const|let|var) [\w$]+(?:: [\w<>[\]|, ]{1,80})? = (?:async )?\(?[^()]{0,200}\)?(?:: [\w<>[\]| ]{1,80})? =>/,
  // Go, Rust, C#, Java
  /^func (?:\(\w+ \*?\w+\) )?\w+\(.{0,200}\{$/,
  /^(?:pub(?:\(\w+\))? )?(?:async )?fn \w+(?:<[^>]{0,80}>)?\(.{0,200}\{$/,
  /^(?:public |private |protected |internal |static |final |abstract |sealed ){1,4}(?:class|interface|enum|record|struct) \w+/,
  // SQL
  /^(?:INSERT INTO \S+|CREATE (?:OR REPLACE )?(?:TABLE|VIEW|INDEX|FUNCTION)\s+\S+|DELETE FROM \S+|UPDATE \S+ SET\s|ALTER TABLE \S+|DROP TABLE \S+)/,
  /^SELECT\s.{1,300}\sFROM\s+\S+/,
];

const likely: readonly RegExp[] = [
  // JavaScript and TypeScript
  /^(?:export )?(?:const|let|var) [\w$[{][^=]{0,120}=\s?\S/,
  /^(?:export )?(?:interface|type|enum) \w+(?:<[^>]{0,80}>)?\s?[={]/,
  /^(?:await )?console\.\w+\(/,
  /^(?:module\.exports|exports\.\w+)\s?=/,
  /^return (?:<\w|\{|\[|await |new |this\.|self\.).{0,300}$/,
  /=>\s?(?:\{|\(|\S{1,200};)$/,
  /^\}?\s?(?:else )?(?:if|for|foreach|while|switch|catch) ?\(.{1,300}\)\s?\{/,
  /^\}\s?else\s?\{$/,
  /^throw new \w+\(/,
  // Python
  /^class \w+(?:\([\w., =]*\))?:$/,
  /^import [\w.]+ as \w+$/,
  /^import (?:[a-z_][\w]*(?:\.\w+)*)(?:, ?[a-z_]\w*){0,8};?$/,
  /^(?:for \w+(?:, ?\w+)* in [^?]{1,200}|while [^?]{1,200}|(?:el)?if [^?]{0,160}(?:==|!=|<|>|\bnot\b|\bin\b|\()[^?]{0,160}|with \w[\w.]*\(.{0,200}|except(?: \w.{0,80})?|try|finally):$/,
  /^(?:print|println|printf|len|range|append|super|require|assert\w*)\(.{0,300}\);?$/,
  /^self\.\w+(?:\.\w+)* ?(?:[-+*/]?=|\()/,
  /^raise \w+(?:\(|$)/,
  /^@\w+(?:\.\w+)*\(.{0,200}\)$/,
  // C family, Java, C#, Go, Rust, PHP, Swift, Kotlin
  /^(?:(?:public|private|protected|internal|static|final|abstract|override|virtual|const|unsigned) ){1,4}[\w<>[\],?* ]{0,80}\w\(.{0,200}\)\s?(?:\{|;|=>|throws|const)?/,
  /^(?:(?:public|private|protected|internal|static|final|readonly|const) ){1,4}[\w<>[\],?* ]{1,80}(?:=.{1,200})?;$/,
  /^(?:int|void|char|float|double|bool|boolean|long|short|auto|unsigned|size_t|String) \*?\w+(?:\[\w*\])?\s?(?:\(.{0,200}\)\s?\{?|=.{1,200};|;)$/,
  /^using [\w.]+;$/,
  /^namespace [\w.:]+\s?[{;]?$/,
  /^package [\w.]+;?$/,
  /^import "[\w./-]+"$/,
  /^import [\w.]+(?:\.\*)?;$/,
  /\b(?:fmt|System\.out|Console|std::\w+|logging|logger|Math|os|np|pd|document|window)\.\w+\(.{0,300}\)[;{]?$/,
  /^\w+(?:, \w+)? := \S/,
  /^\w+!\(.{0,300}\);$/,
  /^let (?:mut )?\w+(?:: [\w<>&']{1,60})? = .{1,300};$/,
  /^(?:impl|trait|struct|mod|use) [\w:<>{}*, ]{1,120}(?:\{|;)$/,
  /^\$\w+(?:->\w+|\[.{0,60}\])?\s?[.+-]?= ?.{1,300};$/,
  /^(?:echo|print) .{1,200};$/,
  /^(?:val|var|let) \w+(?:: \w+)? = \S/,
  /^(?:fun|override fun|suspend fun) \w+\(/,
  // SQL
  /^SELECT\s[\w*"`(]/,
  /^(?:select|SELECT) .{1,200} (?:from|FROM) \w+.{0,200};$/,
  // Shells
  /^\$ [a-z][\w./-]*(?: |$)/,
  /^(?:sudo )?(?:git (?:add|branch|checkout|clone|commit|config|diff|fetch|init|log|merge|pull|push|rebase|remote|reset|restore|stash|status|switch|tag)|(?:npm|pnpm|yarn) (?:add|ci|create|exec|i|init|install|publish|run|start|test)|npx [\w@]|pip3? (?:install|freeze|uninstall)|python3? (?:-\w|[\w./-]+\.py)|node [\w./-]+\.[cm]?js|docker (?:build|compose|exec|images|logs|ps|pull|push|run|rm|stop)|docker-compose \w|kubectl \w|helm (?:install|upgrade|repo)|cargo (?:add|build|check|install|new|run|test)|go (?:build|get|install|mod|run|test) |dotnet (?:add|build|new|run|test)|mvn \w|gradle \w|terraform (?:init|plan|apply|destroy)|brew install|apt(?:-get)? (?:install|update|upgrade)|yum install|systemctl \w|curl (?:-|http|")|wget (?:-|http)|chmod [+\w]+ \S|mkdir -p|rm -[rf]|tar -?[xczv]+f|ssh \S+@|source \S+$|export [A-Z_]+=|uv (?:add|pip|run|sync|venv)|poetry (?:add|install|run)|conda (?:create|install|activate)|make (?:all|build|check|clean|deploy|dev|install|lint|run|test)$)/,
  /^(?:Get|Set|New|Remove|Where|ForEach|Select|Invoke|Start|Stop|Import|Export|Write)-[A-Z]\w+ (?:-\w|\{|["'$])/,
  /^for \w+ in .{1,120}; ?do\b/,
  /^set -[a-z]*e/,
  // Markup and styles
  /^<\/?(?:html|head|body|div|span|h[1-6]|ul|ol|li|script|style|table|thead|tbody|tr|td|th|form|input|button|label|section|article|nav|main|header|footer|select|option|title|meta|link)(?:\s[^<>]{0,200})?\/?>/i,
  /^(?:@media|@import|@keyframes|@font-face)\b.{0,100}[{;]$/,
  // R, Haskell, Ruby, Terraform, Dockerfile
  /(?:%>%|\|> *$)/,
  /^\w+ <- \w.{0,200}[()]/,
  /^library\(\w+\)$/,
  /^[a-z]\w* :: .{1,120}$/,
  /\.(?:each|map|select)(?:_\w+)? (?:do|\{) ?\|/,
  /^puts \S/,
  /^(?:resource|variable|provider|module|terraform|output|data|locals)(?: "[\w-]{1,60}"){0,2} \{$/,
  /^(?:FROM [\w./:-]+(?: AS \w+)?|WORKDIR \/\S*|RUN \w.{1,200}|ENTRYPOINT \[.{1,200}|CMD \[.{1,200})$/,
];

const weak: readonly RegExp[] = [
  /^(?:FROM|(?:LEFT |RIGHT |INNER |OUTER |CROSS )?JOIN|WHERE|GROUP BY|ORDER BY|HAVING|LIMIT|VALUES) \S/,
  /^[}\])]+[;,)]*$/,
  /^return\b.{0,200};?$/,
  /^[\w.[\]'"]+ ?[-+*/%]?= ?\S.{0,300}$/,
  /^[\w$.]+(?:\.\w+)*\(.{0,300}\)[;:]?$/,
  /[)\]}'"\w];$/,
  /\{$/,
  /^\/\/ \S/,
  /^(?:end|else|pass|break|continue|begin|fi|done)[;:]?$/i,
  /^[\w-]+: [^;]{1,80};$/,
  /^[+-] .{1,200};$/,
  /^(?:cd|echo|ls|cat|cp|mv|gzip) \S/,
  /\\$/,
  /^<\/?[A-Za-z][\w.-]*[^<>]{0,200}>/,
];

const matchesCertain = anyOf(certain);
const matchesLikely = anyOf(likely);
const matchesWeak = anyOf(weak);
