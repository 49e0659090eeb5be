/**
 * How an assistant apologises, by language; matched at the start of one of its own clauses. Sympathy ("I'm sorry for
 * your loss", "sorry to hear that") is no apology.
 */
const sympathy =
  `(?! (?:to hear|to learn|to see|for your loss|for your losses|for what you|for your (?:pain|trouble with)|you(?:'re| are|'ve| have| had| feel| felt| went)|` +
  `that you(?:'re| are|'ve| have| had| feel| felt)|that this happened to you|this happened|about your (?!confusion)|that (?:your|happened)|for yourself|it(?:'s| is) been))`;

const english = [
  `(?:i|we) (?:do |sincerely |deeply |really |must |want to |would like to |have to |truly |humbly |should |can only )?apologi[sz]e`,
  `(?:i'm|i am|we're|we are) (?:so |very |really |truly |terribly |deeply |awfully |extremely )?sorry${sympathy}`,
  `(?:so |very |really |terribly )?sorry(?:$| about (?:that|the|this|my|it)| for (?:the|my|any|that|this|not|being|missing)| again| i )`,
  `(?:you're (?:absolutely )?right )?my (?:sincere |sincerest |deepest |humble |bad )?apolog(?:y|ies)`,
  `(?:my )?(?:sincere |sincerest |deepest )?apologies(?:$| for)`,
  `(?:accept )?(?:my|our) (?:sincere |sincerest |deepest )?apologies`,
  `accept (?:my|our) (?:sincere |sincerest |deepest )?apolog`,
  `forgive (?:me|my)`,
  `i regret (?:the|my|this|that) (?:error|mistake|confusion|oversight|inconvenience|misunderstanding)`,
  `pardon (?:me|my|the (?:error|mistake|confusion))`,
];

const german = [
  `(?:das |es )?tut mir (?:sehr |wirklich |aufrichtig )?leid(?!,? (?:zu hören|um |für (?:sie|dich|euch|ihren|deinen)))(?! um | zu hören| für (?:ihren|deinen) verlust)`,
  `(?:ich |wir )?(?:bitte|bitten) .{0,30}(?:um (?:entschuldigung|verzeihung|nachsicht)|zu entschuldigen)`,
  `(?:ich )?entschuldige mich`,
  `entschuldige[n]?(?: sie)?(?: bitte)?(?:$| die | den | das | dass )`,
  `entschuldigung(?:$| für)`,
  `verzeihung(?:$| für)`,
  `verzeihen sie`,
  `sorry(?:$| für)`,
  `(?:du hast|sie haben) recht tut mir leid`,
];

const french = [
  `je (?:suis|reste) (?:vraiment |sincèrement |profondément |tout à fait )?(?:désolée?|navrée?)(?! (?:d'apprendre|pour votre perte|pour ta perte|de savoir|que vous|que tu))`,
  `désolée?(?:$| pour (?:la|l'|cette|mon|le|les|ce|cet)| de (?:la|cette|ne))`,
  `(?:toutes )?mes (?:plus )?(?:sincères |plates )?excuses`,
  `je (?:m'excuse|vous présente (?:toutes )?mes excuses|te présente mes excuses|vous prie de m'excuser|vous demande pardon)`,
  `(?:veuillez|vous prie de) (?:m'excuser|nous excuser|accepter mes|excuser)`,
  `excusez(?:-| )moi`,
  `pardon(?:$| pour)`,
];

const spanish = [
  `lo siento(?!.{0,12} por tu pérdida)`,
  `(?:lo )?(?:lamento|siento) (?:mucho )?(?:el error|la confusión|el malentendido|las molestias|los inconvenientes|mi error|la equivocación)`,
  `(?:te |le |les |os )?pido (?:mil )?(?:disculpas|perdón)`,
  `(?:me disculpo|mis (?:más sinceras )?disculpas|disculpas(?:$| por))`,
  `disculp[ae]n?(?:$| (?:la|el|las|los|mi|por))`,
  `perd[oó]n(?:a|e)?(?:$| por (?:la|el|las|los|mi))`,
  `(?:te |le )?ofrezco (?:mis )?disculpas`,
];

const portuguese = [
  `(?:eu )?(?:sinto|lamento) muito(?! (?:pela (?:sua|tua) perda|por sua perda|saber|ouvir))`,
  `lamento (?:o|a|pelo|pela|os|as) (?:erro|engano|confusão|transtorno|inconveniente|mal-entendido|equívoco)`,
  `(?:eu )?(?:peço|pedimos) (?:sinceras |imensas )?(?:desculpas?|perdão)`,
  `desculp(?:e|a|em|as)(?:-me)?(?:$| (?:pel[oa]s?|por|o|a) )`,
  `(?:minhas|as minhas) (?:sinceras )?desculpas`,
  `me desculpe`,
];

const italian = [
  `(?:mi dispiace|sono (?:davvero )?spiacente)(?! (?:molto |tanto )?(?:per la (?:tua|sua|vostra) perdita|sentire|sapere|che tu))`,
  `(?:mi scuso|ci scusiamo|chiedo scusa|le mie (?:più sincere )?scuse|vi chiedo scusa|ti chiedo scusa|le chiedo scusa)`,
  `(?:scusa|scusami|scusi|mi scusi|scusate|scusatemi)(?:$| (?:per|se|la|il|l'))`,
  `(?:perdonami|mi perdoni)`,
];

const dutch = [
  `het spijt (?:me|mij)(?! (?:te horen|voor je verlies))`,
  `(?:mijn )?(?:oprechte )?(?:excuses|verontschuldigingen)(?:$| voor)`,
  `(?:ik )?bied (?:u |je )?(?:mijn )?(?:excuses|verontschuldigingen) aan`,
  `(?:neem me niet kwalijk|vergeef me)`,
  `sorry(?:$| voor| dat ik)`,
];

const polish = [
  `(?:bardzo |najmocniej )?przepraszam(?:$| za| że)`,
  `(?:bardzo )?przykro mi(?! z powodu (?:twojej|pana|pani|waszej)| to słyszeć| słyszeć)`,
  `proszę o wybaczenie`,
  `wybacz(?:cie)?(?:$| za)`,
];

const russian = [
  `(?:извините|извини|простите|прошу прощения|приношу (?:свои )?(?:искренние )?извинения|мои извинения|прошу извинить)` +
    `(?! за беспокойство$)`,
  `(?:мне )?(?:очень )?жаль(?:$| что (?:я|ввёл|ввел|запутал))`,
];

const japanese = [
  `.{0,40}(?:申し訳(?:ありません|ございません|ない)|お詫び(?:します|いたします|申し上げます)|すみません|すいません|` +
    `ごめんなさい|失礼(?:いた|致)?しました)(?!.{0,6}(?:は$|とは|という))`,
];

const chinese = [
  `.{0,12}(?:(?:非常|十分|很|深表|真的|实在)?(?:抱歉|对不起)|向您(?:道歉|致歉)|深表歉意|请(?:您)?(?:原谅|见谅))`,
];

const all = [
  english,
  german,
  french,
  spanish,
  portuguese,
  italian,
  dutch,
  polish,
  russian,
  japanese,
  chinese,
];

/** Matches at the start of a clause. */
// eslint-disable-next-line no-restricted-syntax -- made of this file's own constants
export const apology = new RegExp(`^(?:${all.flat().join('|')})`);

/** A text without any of these pieces holds no apology; written as `refusalPieces` are. */
export const apologyPieces: readonly string[] = [
  'polog|orry|orgive|egret|[Pp]ardon|leid|ntschuld|erzeih|achsicht|ésolé|avré|xcus|iento|isculp|amento|erd[oóã]',
  'esculp|into muito|ispiace|piacente|cus[aio]|spijt|erontschuld|kwalijk|ergeef|rzepra|rzykro|ybacz',
  'звин|рост[ия]|рощен|жаль|申し訳|詫び|みません|いません|ごめん|失礼|抱歉|对不起|道歉|致歉|歉意|原谅|见谅',
].flatMap((pieces) => pieces.split('|'));
