/** Every id that package.json and the code share, once. A test asserts that both agree. */

export const commands = {
  startReceiver: 'llmTraces.startReceiver',
  stopReceiver: 'llmTraces.stopReceiver',
  restartReceiver: 'llmTraces.restartReceiver',
  restartEngine: 'llmTraces.restartEngine',
  usePort: 'llmTraces.useAnotherPort',
  copyGrpcEndpoint: 'llmTraces.copyGrpcEndpoint',
  copyHttpEndpoint: 'llmTraces.copyHttpEndpoint',
  copyEnvironment: 'llmTraces.copyEnvironment',
  copyEnvironmentPython: 'llmTraces.copyEnvironmentPython',
  copyEnvironmentNode: 'llmTraces.copyEnvironmentNode',
  copyEnvironmentShell: 'llmTraces.copyEnvironmentShell',
  deleteAllTraces: 'llmTraces.deleteAllTraces',
  rebuildIndex: 'llmTraces.rebuildIndex',
  runSampleAgent: 'llmTraces.runSampleAgent',
  sendHere: 'llmTraces.sendHere',
  doctor: 'llmTraces.whyIsItEmpty',
  newTerminal: 'llmTraces.newTerminal',
  openSettings: 'llmTraces.openSettings',
  showLog: 'llmTraces.showLog',
  showMenu: 'llmTraces.showMenu',
  openWalkthrough: 'llmTraces.openWalkthrough',
  searchTraces: 'llmTraces.searchTraces',
  filterTraces: 'llmTraces.filterTraces',
  clearFilter: 'llmTraces.clearFilter',
  groupTraces: 'llmTraces.groupTraces',
  sortTraces: 'llmTraces.sortTraces',
  refresh: 'llmTraces.refresh',
  setPrice: 'llmTraces.setPrice',
  openFlameChart: 'llmTraces.openFlameChart',
  showDetails: 'llmTraces.showDetails',
  explainSpan: 'llmTraces.explainSpan',
  revealSpan: 'llmTraces.revealSpan',
  copyTraceId: 'llmTraces.copyTraceId',
  copySpanId: 'llmTraces.copySpanId',
  deleteTrace: 'llmTraces.deleteTrace',
  goToSource: 'llmTraces.goToSource',
  loadMore: 'llmTraces.loadMore',
  selectForCompare: 'llmTraces.selectForCompare',
  compareWithSelected: 'llmTraces.compareWithSelected',
  compareCalls: 'llmTraces.compareCalls',
  comparePreviousRun: 'llmTraces.compareWithPreviousRun',
  comparePreviousCall: 'llmTraces.compareWithPreviousCall',
  copyAs: 'llmTraces.copyAs',
  copyAsCurl: 'llmTraces.copyAsCurl',
  copyAsPython: 'llmTraces.copyAsPython',
  copyAsTypeScript: 'llmTraces.copyAsTypeScript',
  copyAsMarkdown: 'llmTraces.copyAsMarkdown',
  openRaw: 'llmTraces.openRawOtlp',
  replayCall: 'llmTraces.replayCall',
  setApiKey: 'llmTraces.setApiKey',
  deleteApiKey: 'llmTraces.deleteApiKey',
  showCallsHere: 'llmTraces.showCallsHere',
  peekCalls: 'llmTraces.peekCalls',
  nextCallSite: 'llmTraces.nextCallSite',
  previousCallSite: 'llmTraces.previousCallSite',
  showFunctionCalls: 'llmTraces.showFunctionCalls',
  revealCallSite: 'llmTraces.revealCallSite',
  setCodeScope: 'llmTraces.setCodeScope',
  sortCallSites: 'llmTraces.sortCallSites',
  goToSourceAside: 'llmTraces.goToSourceAside',
  chooseSource: 'llmTraces.chooseSource',
  toggleCodeHints: 'llmTraces.toggleCodeHints',
  toggleCodeLenses: 'llmTraces.toggleCodeLenses',
  toggleGutterMarks: 'llmTraces.toggleGutterMarks',
} as const;
export type CommandId = (typeof commands)[keyof typeof commands];

/** Commands that need an argument and are therefore kept out of the command palette. */
export const itemCommands: readonly CommandId[] = [
  commands.showDetails,
  commands.explainSpan,
  commands.revealSpan,
  commands.copyTraceId,
  commands.copySpanId,
  commands.deleteTrace,
  commands.goToSource,
  commands.goToSourceAside,
  commands.chooseSource,
  commands.loadMore,
  commands.showFunctionCalls,
  commands.selectForCompare,
  commands.compareWithSelected,
];

export const settings = {
  enabled: 'llmTraces.receiver.enabled',
  grpcPort: 'llmTraces.receiver.grpcPort',
  httpPort: 'llmTraces.receiver.httpPort',
  allowedOrigins: 'llmTraces.receiver.allowedOrigins',
  maxRequestSizeMB: 'llmTraces.receiver.maxRequestSizeMB',
  maxAgeDays: 'llmTraces.store.maxAgeDays',
  maxSizeMB: 'llmTraces.store.maxSizeMB',
  maxTraces: 'llmTraces.store.maxTraces',
  disabledFlags: 'llmTraces.flags.disabled',
  userPrices: 'llmTraces.pricing.userPrices',
  modelAliases: 'llmTraces.pricing.aliases',
  userRules: 'llmTraces.rules',
  attributeMappings: 'llmTraces.attributeMappings',
  replayEndpoints: 'llmTraces.replay.endpoints',
  environmentEnabled: 'llmTraces.environment.enabled',
  environmentFrames: 'llmTraces.environment.captureFrames',
  codeEnabled: 'llmTraces.code.enabled',
  codeScope: 'llmTraces.code.scope',
  codeHints: 'llmTraces.code.inlayHints.enabled',
  codeHintParts: 'llmTraces.code.inlayHints.show',
  codeLenses: 'llmTraces.code.codeLens',
  codeGutterMarks: 'llmTraces.code.gutterMarks',
  codeOverviewRuler: 'llmTraces.code.overviewRuler',
  codeHovers: 'llmTraces.code.hovers',
  codeProblems: 'llmTraces.code.problems',
  codeFileBadges: 'llmTraces.code.fileBadges',
  codePathMappings: 'llmTraces.code.pathMappings',
  codeExcludedFolders: 'llmTraces.code.excludedFolders',
} as const;
export type SettingKey = (typeof settings)[keyof typeof settings];

export const views = { traces: 'llmTraces.traces', callSites: 'llmTraces.callSites' } as const;
export const viewContainer = 'llmTraces';

/** Context keys that `when` clauses read. */
export const contextKeys = {
  /** `starting`, `listening`, `following`, `off`, `problem` or `unsupported`. */
  state: 'llmTraces.state',
  /** Whether the store holds any trace at all. */
  hasTraces: 'llmTraces.hasTraces',
  filterActive: 'llmTraces.filterActive',
  /** Whether lines of the active editor's file called. */
  hasCallsInEditor: 'llmTraces.hasCallsInEditor',
  /** What is selected for a comparison: `trace`, `span`, or nothing. */
  selectedForCompare: 'llmTraces.selectedForCompare',
} as const;

export const detailsPanel = 'llmTraces.details';
export const flamePanel = 'llmTraces.flame';
export const comparePanel = 'llmTraces.compare';
export const explanationScheme = 'llm-traces-explain';
export const rawScheme = 'llm-traces-otlp';
export const callScheme = 'llm-traces-call';
export const walkthrough = 'start';
export const settingsSection = 'llmTraces';
export const statusBarItem = 'llmTraces.status';
/** Colours of the overview ruler's heat, see `contributes.colors`. */
export const heatColors = {
  high: 'llmTraces.heatHigh',
  medium: 'llmTraces.heatMedium',
  low: 'llmTraces.heatLow',
} as const;
