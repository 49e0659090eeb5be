/** Elements that begin a line of their own: no match reaches over their borders. */
const blocks = new Set([
  'ARTICLE', 'BLOCKQUOTE', 'BUTTON', 'DD', 'DETAILS', 'DIV', 'DT', 'H1', 'H2', 'H3', 'H4', 'H5', 'H6', 'HEADER', 'LI',
  'OL', 'P', 'PRE', 'SECTION', 'SUMMARY', 'TABLE', 'TD', 'TH', 'TR', 'UL',
]); // prettier-ignore

/** Where a text stands on the page, in reading order, over borders of inline elements; case does not matter. */
export function findRanges(root: Element, query: string, most = 5_000): Range[] {
  const needle = query.toLowerCase();
  if (needle === '') return [];
  const ranges: Range[] = [];
  let run: Text[] = [];
  const flush = (): void => {
    if (run.length > 0 && ranges.length < most) addRanges(run, needle, most, ranges);
    run = [];
  };
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let block: Element | null = null;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    // The beginning of what is folded, beside its heading: it is looked at unfolded.
    if (node.parentElement?.closest('.preview')) continue;
    const own = blockOf(node);
    if (own !== block) flush();
    block = own;
    run.push(node as Text);
  }
  flush();
  return ranges;
}

function blockOf(node: Node): Element | null {
  let element = node.parentElement;
  while (element && !blocks.has(element.tagName)) element = element.parentElement;
  return element;
}

function addRanges(run: readonly Text[], needle: string, most: number, ranges: Range[]): void {
  // Lower case of some letters is longer: only texts of the same length can be searched by position.
  const texts = run.map(({ data }) => {
    const lower = data.toLowerCase();
    return lower.length === data.length ? lower : data;
  });
  const whole = texts.join('');
  const starts: number[] = [];
  let length = 0;
  for (const text of texts) {
    starts.push(length);
    length += text.length;
  }
  const place = (at: number, from: number): [number, number] => {
    let index = from;
    while (index + 1 < starts.length && (starts[index + 1] ?? Infinity) <= at) index++;
    return [index, at - (starts[index] ?? 0)];
  };
  let from = 0;
  for (
    let at = whole.indexOf(needle);
    at >= 0 && ranges.length < most;
    at = whole.indexOf(needle, at + needle.length)
  ) {
    const [first, offset] = place(at, from);
    const [last, end] = place(at + needle.length - 1, first);
    from = first;
    const [start, stop] = [run[first], run[last]];
    if (!start || !stop) continue;
    const range = document.createRange();
    range.setStart(start, offset);
    range.setEnd(stop, end + 1);
    ranges.push(range);
  }
}
