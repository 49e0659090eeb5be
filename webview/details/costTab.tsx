import type { JSX } from 'preact';
import type { Cost, CostResult } from '../../src/model/cost.ts';
import { isKnownCost } from '../../src/model/cost.ts';
import { partName, sourceText, usageRows } from '../../src/protocol/costText.ts';
import type { SpanDetails } from '../../src/protocol/details.ts';
import { formatCount, formatMoneyExact, formatRate } from '../../src/protocol/format.ts';
import { visibleLabel } from '../../src/base/visibleText.ts';
import { FactTable } from '../kit/factTable.tsx';
import { Icon } from '../kit/icon.tsx';
import { useDetailsActions } from './actions.ts';
import { Estimate } from './estimate.tsx';
import { canEstimate } from './estimateText.ts';
import { timingRows } from './timing.ts';

/** Cost, tokens and times, as arithmetic that can be checked. */
export function CostTab({ details }: { details: SpanDetails }): JSX.Element {
  const cost = details.cost ?? details.row.cost;
  return (
    <div class="sections">
      <section>
        <h2>Cost</h2>
        {cost ? (
          <CostTable cost={cost} details={details} />
        ) : (
          <p class="muted">This span has no cost of its own.</p>
        )}
        <Counting details={details} />
      </section>
      <section>
        <h2>Tokens</h2>
        <UsageTable details={details} />
      </section>
      <section>
        <h2>Timing</h2>
        <Timing details={details} />
      </section>
    </div>
  );
}

function Counting({ details }: { details: SpanDetails }): JSX.Element | null {
  const { show } = useDetailsActions();
  const { countedIn, countRule, row } = details;
  if (row.counted || !countedIn) {
    return countRule === '' ? null : (
      <p>
        <span class="muted">{row.counted ? 'Counted:' : 'Not counted:'}</span> {visibleLabel(countRule, 600)}
      </p>
    );
  }
  return (
    <p class="note">
      <Icon name="info" /> Counted in{' '}
      <button type="button" class="link" onClick={() => show(countedIn)}>
        span {countedIn.spanId}
      </button>
      , not here: {visibleLabel(countRule, 600)}
    </p>
  );
}

function CostTable({ cost, details }: { cost: CostResult; details: SpanDetails }): JSX.Element {
  if (!isKnownCost(cost)) {
    return (
      <>
        <UnknownCost reason={cost.reason} what={cost.unknown} details={details} />
        {canEstimate(details) ? <Estimate details={details} /> : null}
      </>
    );
  }
  return (
    <>
      <table class="sums" aria-label="Cost by part">
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col" class="number">
              Tokens
            </th>
            <th scope="col" class="number">
              Rate
            </th>
            <th scope="col" class="number">
              Amount
            </th>
          </tr>
        </thead>
        <tbody>
          {cost.parts.map((part, index) => (
            <tr key={index}>
              <th scope="row">{visibleLabel(partName(part.what), 80)}</th>
              <td class="number">{part.what === 'reported' ? '' : formatCount(part.tokens)}</td>
              <td class="number">{rateText(part.what, part.rate)}</td>
              <td class="number">{formatMoneyExact(part.amount)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={3}>
              Total
            </th>
            <td class="number">{formatMoneyExact(cost.amount)}</td>
          </tr>
        </tfoot>
      </table>
      <p>
        <span class="muted">Source:</span> {visibleLabel(sourceText(cost.source), 400)}
      </p>
      <Compared cost={cost} />
    </>
  );
}

function rateText(what: string, rate: number): string {
  if (what === 'reported') return '';
  return what === 'request' ? formatMoneyExact(rate) : formatRate(rate);
}

function Compared({ cost }: { cost: Cost }): JSX.Element | null {
  const { compared } = cost;
  if (!compared) return null;
  const difference = cost.amount - compared.amount;
  const base = Math.abs(compared.amount);
  const percent =
    base > 0 ? ` (${difference > 0 ? '+' : ''}${((difference / base) * 100).toFixed(1)} %)` : '';
  const isLarge = base > 0 ? Math.abs(difference) / base > 0.05 : difference !== 0;
  return (
    <p class={isLarge ? 'note warning' : 'note'}>
      {isLarge ? <Icon name="warning" /> : <Icon name="check" />} Compared with{' '}
      {formatMoneyExact(compared.amount)}
      {percent}: {visibleLabel(sourceText(compared.source), 400)}
    </p>
  );
}

function UnknownCost({
  reason,
  what,
  details,
}: {
  reason: string;
  what: string;
  details: SpanDetails;
}): JSX.Element {
  const { setPrice } = useDetailsActions();
  const model = details.responseModel ?? details.requestModel;
  return (
    <p class="note">
      <Icon name="question" /> Unknown: {visibleLabel(reason, 400)}{' '}
      {what !== 'usage' && model !== undefined ? (
        <button type="button" class="secondary" onClick={() => setPrice(model, details.provider)}>
          Set a price for {visibleLabel(model, 80)}
        </button>
      ) : null}
    </p>
  );
}

function UsageTable({ details }: { details: SpanDetails }): JSX.Element {
  const usage = details.row.usage ?? details.ownUsage;
  if (!usage) return <p class="muted">The span does not report its usage.</p>;
  const isTotalKnown = usage.input !== undefined && usage.output !== undefined;
  return (
    <table class="sums narrow" aria-label="Tokens">
      <tbody>
        {usageRows(usage).map(({ name, tokens, isPart }, index) => (
          <tr key={index}>
            <th scope="row" class={isPart ? 'part' : ''}>
              {name}
            </th>
            <td class="number">{tokens === undefined ? '?' : formatCount(tokens)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">Total</th>
          <td class="number">{isTotalKnown ? formatCount((usage.input ?? 0) + (usage.output ?? 0)) : '?'}</td>
        </tr>
      </tfoot>
    </table>
  );
}

function Timing({ details }: { details: SpanDetails }): JSX.Element {
  const facts = timingRows(details).map(({ name, value, how }) => ({
    name,
    value: (
      <>
        {value} {how === undefined ? null : <span class="muted">({how})</span>}
      </>
    ),
  }));
  return <FactTable facts={facts} label="Timing" />;
}
