/**
 * How an assistant declines, by language; each pattern is matched at the start of one of its own clauses (lower case,
 * straight apostrophes, conjunctions removed). A verb of helping, telling or making must follow the "cannot": "I
 * can't recommend it enough" or "I'm unable to find an error" decline nothing. Gaps are bounded.
 */
const english = [
  `(?:i'm |i am )?(?:sorry |afraid )?(?:but )?(?:that )?(?:an? [^,]{1,40}? )?i (?:simply |really |also |still |personally |currently )?` +
    `(?:can't|cannot|can not|won't|will not|am unable to|am not able to|must decline to|have to decline to|` +
    `decline to|refuse to|do not have the ability to|don't have the ability to|am not allowed to|am not permitted to|` +
    `am not going to|would rather not|am not in a position to|am not comfortable|don't feel comfortable) ` +
    `(?:to |in good conscience |directly |actually |really |ethically |legally |comfortably |personally )?` +
    `(?:help(?! (?:myself|it|but|\\w+ing)\\b)|assist|aid|support|provid|giv|shar|offer|fulfil|comply|complete|do (?:that|this|so)|` +
    `engag|creat|generat|produc|writ|make|access|open|brows|view|tell you|answer|respond|discuss|disclos|reveal|` +
    `identif|book|send|execut|perform|process|continue|suggest|describ|list|teach|entertain|condone|endors|participat|predict|speculat|diagnos|reproduc|retriev|` +
    `download|accommodat|advise|facilitat|walk you|explain how|show you|recommend (?!.{0,60}enough)|look up|` +
    `check|promot|encourag|endors|impersonat|role-?play|guess|translat|draw|render|print|repeat|go along|go into|` +
    `verify|confirm|track|place|make that|carry out|act)`,
  `(?:i'm|i'm sorry|sorry) (?:un|not )able to (?:help|assist|provid|giv|shar|offer|fulfil|comply|complete|do (?:that|this)|` +
    `engag|creat|generat|produc|writ|access|open|brows|tell you|answer|respond|discuss|disclos|identif|book|send|perform|` +
    `process|continue|retriev|download|check|verify|carry out|translat)`,
  `i'm (?:not (?:comfortable|going to|allowed to|permitted to|willing to|in a position to)) (?:to )?` +
    `(?:help|assist|provid|giv|shar|offer|writ|creat|generat|discuss|do|engag|answer|produc|mak)`,
  `i(?:'d| would) (?:rather|prefer) not`,
  `i (?:don't|do not) have (?:the ability|the capability|access|any access|real-time access|permission) to`,
  `i (?:must|have to|need to|will have to|'ll have to) (?:respectfully |politely )?(?:decline|refuse|pass on)`,
  `i'll have to (?:decline|refuse|pass on)`,
  `i (?:respectfully |politely )?(?:decline|refuse) (?:this|that|your)`,
  `(?:that|this|it)(?:'s| is) (?:not something|something) (?:that )?i (?:can't|cannot|can|won't|am able to|'m able to) ` +
    `(?:help|assist|do|provid|discuss|engag|support)`,
  `.{1,80} (?:isn't|is not) (?:something (?:that )?i(?:'m| am| can|'d be)|possible for me)`,
  `(?:it would|it wouldn't|it is|it's|it would not) (?:not )?be (?:in)?appropriate for me to`,
  `it(?:'s| is) not (?:appropriate|possible) for me to`,
  `(?:my|our|the) (?:safety |content |usage |ethical )?(?:guidelines|policies|policy|programming|principles) ` +
    `(?:prevent|prohibit|forbid|don't allow|do not allow|doesn't allow|does not allow) (?:me|us)`,
  `.{0,80}(?:goes|go|is|are) against my (?:guidelines|policies|policy|programming|principles|values|ethics|rules)`,
  `(?:this|that|your|the) (?:request|prompt|content|question) (?:violates|goes against|conflicts with|is against)`,
];

const german = [
  `(?!.{0,60} genug )(?:das |dabei |damit |hierbei |hierzu |dazu |so etwas |als .{2,40} |diese[rnsm]? \\S{2,20} )?(?:ich (?:kann|darf|werde|möchte|will)|` +
    `(?:kann|darf|werde|möchte|will) ich) .{0,60}?(?:nicht|kein(?:e|en|er|em|es)?)\\b.{0,80}?` +
    `(?:helfen|unterstützen|geben|bereitstellen|beantworten|nachkommen|teilen|herausgeben|schreiben|erstellen|` +
    `verfassen|ausführen|erfüllen|anbieten|zugreifen|abrufen|öffnen|stellen|weitergeben|verschieben|buchen|` +
    `durchführen|nennen|beurteilen|erzeugen|liefern|machen|tun|prüfen)$`,
  `(?:das )?kann ich nicht (?:beantworten|sagen|tun|machen|beurteilen|ausführen)$`,
  `ich (?:bin|sehe mich) .{0,20}nicht in der lage`,
  `ich habe .{0,30}kein(?:en|e)? (?:zugriff|zugang|möglichkeit)`,
  `.{0,60}(?:muss|möchte) ich .{0,20}(?:ablehnen|passen|verzichten)$`,
  `ich (?:muss|möchte) .{0,60}(?:ablehnen|passen)$`,
  `(?:es|er|sie|das|dies|diese anfrage) .{0,40}(?:gegen|mit) meine[nr]? (?:richtlinien|grundsätze|prinzipien|werte)`,
];

const french = [
  `je (?:ne |n')(?:peux|puis|suis pas en mesure|suis pas autorisée?|souhaite|vais|pourrai|saurais) (?:malheureusement )?` +
    `(?:(?:pas|point) )?(?:vous |t'|te |y |malheureusement )?(?:de |d')?(?:vous |t'|te |y )?` +
    `(?:aider|fournir|donner|accéder|répondre|partager|rédiger|écrire|créer|générer|produire|traiter|satisfaire|` +
    `communiquer|divulguer|exécuter|effectuer|ouvrir|consulter|discuter|assister|accepter|identifier|faire (?:cela|ça)|` +
    `proposer|réaliser|recommander d'|diagnostiquer|réserver|envoyer|retrouver|participer)`,
  `je n'ai pas (?:accès|la possibilité|la capacité)`,
  `je (?:refuse|dois refuser|dois décliner|préfère ne pas)`,
  `il m'est impossible de`,
  `il ne m'est pas possible de`,
  `(?:cela|ceci|cette demande|elle|il) (?:enfreint|va à l'encontre de|viole|est contraire à) (?:de )?(?:mes|ma|les|la|nos)`,
];

const spanish = [
  `(?:yo )?no (?:te |le |lo |la |se lo |os )?(?:puedo|podré|voy a|estoy en condiciones de|me es posible|soy capaz de|` +
    `debo|quiero) (?:\\S{1,12} )?(?:ayudar|proporcionar|dar|compartir|ofrecer|acceder|abrir|responder|escribir|crear|` +
    `generar|producir|cumplir|completar|hacer eso|hacerlo|redactar|revelar|facilitar|discutir|consultar|ejecutar|` +
    `realizar|asistir|participar|identificar|diagnosticar|reservar|enviar|continuar|brindar|atender|darte|darle|decir)`,
  `no (?:tengo|dispongo de) (?:la )?(?:capacidad|posibilidad|acceso)`,
  `me (?:niego a|temo que no puedo)`,
  `debo (?:rechazar|declinar)`,
  `.{0,60}va (?:en )?contra (?:de )?mis (?:normas|principios|políticas|directrices)`,
];

const portuguese = [
  `(?:eu )?não (?:te |lhe |o |a )?(?:posso|poderei|consigo|vou|estou autorizad[oa] a|sou capaz de|devo|me é possível) ` +
    `(?:\\S{1,12} )?(?:ajudar|ajudá-|fornecer|dar|compartilhar|partilhar|oferecer|acessar|aceder|abrir|responder|` +
    `escrever|criar|gerar|produzir|atender|completar|fazer isso|redigir|revelar|discutir|consultar|executar|realizar|` +
    `participar|identificar|diagnosticar|marcar|enviar|continuar|prestar|auxiliar)`,
  `não tenho (?:acesso|a capacidade|capacidade|permissão|como (?:ajudar|acessar|fornecer))`,
  `(?:me recuso|recuso-me) a`,
  `.{0,60}(?:vai contra|viola) (?:as )?minhas (?:diretrizes|políticas|regras)`,
];

const italian = [
  `(?:io )?non (?:ti |le |vi )?(?:posso|potrò|sono in grado di|mi è possibile|sono autorizzat[oa] a|intendo|voglio) ` +
    `(?:\\S{1,12} )?(?:aiutar|fornir|dar|condivider|offrir|acceder|aprir|risponder|scriver|crear|generar|produr|` +
    `soddisfar|completar|farlo|fare questo|rediger|rivelar|discuter|consultar|eseguir|effettuar|assister|partecipar|` +
    `identificar|prenotar|inviar|continuar|svolger)`,
  `non ho (?:accesso|la possibilità|la capacità|modo) (?:a|di|ai|al|alla|alle|agli)\\b`,
  `(?:devo rifiutar|mi rifiuto di (?:rispond|aiut|forn|scriv|far|gener|crear))`,
  `.{0,60}(?:va contro|viola) (?:le )?mie (?:linee guida|regole|politiche)`,
];

const dutch = [
  `(?:daar |hier |dat |dit )?(?:ik (?:kan|mag|zal|wil)|(?:kan|mag|zal|wil) ik) .{0,40}?(?:niet|geen)\\b.{0,60}?` +
    `(?:helpen|geven|delen|bieden|verstrekken|schrijven|maken|beantwoorden|openen|uitvoeren|verzetten|boeken|doen|` +
    `genereren|inzien|verlenen|assisteren|voldoen|opzoeken|controleren)$`,
  `ik ben niet in staat`,
  `ik heb (?:helaas )?geen (?:toegang|mogelijkheid)`,
  `ik moet .{0,40}(?:weigeren|afwijzen)$`,
];

const polish = [
  `(?:ja )?nie (?:mogę|jestem w stanie|będę|wolno mi|potrafię) (?:\\S{1,12} ){0,2}(?:pomóc|podać|udzielić|udostępni|` +
    `zapewnić|napisać|tworzyć|stworzyć|wygenerować|odpowiedzieć|spełnić|wykonać|otworzyć|sprawdzić|ujawni|dostarczy|` +
    `przedstawi|pomagać)`,
  `(?:jako .{3,40} )?nie mam (?:dostępu|możliwości)`,
  `muszę odmówić`,
  `odmawiam (?:pomocy|wykonania|udzielenia|odpowiedzi)`,
];

const russian = [
  `(?:я )?(?:не могу|не в состоянии|не вправе|не буду|не имею права|не смогу) (?:\\S{1,14} ){0,2}?(?:помочь|` +
    `предостав|дать|давать|поделиться|делиться|выполнить|ответить|создать|создавать|написать|сгенерировать|открыть|` +
    `раскры|обсуждать|продолжить|узнать|получить|проверить|помогать|сделать это|писать)`,
  `я не имею (?:доступа|возможности)`,
  `у меня нет (?:доступа|возможности)`,
  `(?:я )?(?:вынужден[а]?|должен|должна) отказать`,
];

const japanese = [
  `.{0,60}(?:お応え|お答え|お手伝い|ご協力|協力|ご案内|ご提供|提供|回答|共有|作成|生成|開示|対応|ご対応|アクセス|` +
    `お伝え|お教え|執筆|支援|調べる|確認する|実行)(?:する)?(?:こと)?(?:は|が|も)?(?:できません|出来ません|できかねます|` +
    `いたしかねます|致しかねます)`,
  `.{0,40}(?:お断り|辞退)(?:します|いたします|させていただ)`,
];

const chinese = [
  `(?:很|非常|十分)?(?:抱歉|对不起|遗憾)?(?:但|但是|所以|因此|不过|故)?(?:我|本助手)?(?:也|目前|暂时|是)?` +
    `(?:无法|不能|不会|没办法|没有办法|不可以|不便|拒绝)(?:为您|为你|向您|向你|直接|给您|给你|帮您|帮你|继续)?` +
    `(?:协助|帮助|帮忙|提供|完成|回答|分享|访问|满足|生成|编写|撰写|写|讨论|透露|执行|处理|打开|创作|给出|告诉|参与|` +
    `支持|查看|预测|诊断)`,
  `我没有(?:权限|能力|办法)`,
  `(?:这|这个|该|您的|你的)(?:请求|要求|内容)(?:违反|违背)`,
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
export const refusal = new RegExp(`^(?:${all.flat().join('|')})`);

/**
 * A text without any of these pieces holds no refusal. First letters that may be capitals are left out. `[abc]` is one
 * of these letters, `x?` a letter that may be missing.
 */
export const refusalPieces: readonly string[] = [
  'n[\'’]t |annot| not |nable|ecline|efuse|ppropri|uidelin|olic|gainst|rincipl|iol[ae]|onflict|pass |passen',
  'nicht|kein|blehn|verzicht|gegen meine|mit meinen',
  ' ne |[\'’]ai |[\'’]est |clin|nfreint|ontra|mpossible',
  'non? [tlsmpveodqih]|Non? [tlsmpveodqih]|iego|rechaz|ão |ecuso|ifiut',
  'niet|geen|weiger|afwijz|[Nn]ie [mjbwp]|dm[óa]wi',
  '[Нн]е [мвбис]|нет |отказ',
  'ません|かねます|断り|辞退|无法|不[能会可便]|没|拒绝|违',
].flatMap((pieces) => pieces.split('|'));
