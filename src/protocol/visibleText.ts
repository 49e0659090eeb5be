export { dropHalfPair, markInvisible, visibleLabel, visiblePickLabel } from '../base/visibleText.ts';
