/**
 * Words that common passwords are made of, spelled in plain lower-case letters. With the character classes that
 * CIT-2 demands, what people choose is such a word with a capital, a digit and a mark (`Password1!`), so the words
 * are compared after undoing exactly that (`password-rules.ts`). Used when no compromised-password database is
 * configured.
 */
export const commonPasswordWords: ReadonlySet<string> = new Set(
  `abc abcd abcde abcdef abcdefg abcdefgh abcabc access account admin administrator adobe amanda america andrew angel
  apple arsenal asdf asdfg asdfgh asdfghjk asdfghjkl ashley august austin autumn azerty backup bailey barcelona baseball
  basketball batman blink buster butterfly champion changeme charlie cheese chelsea chocolate citrix computer cookie
  company corvette cowboy dallas daniel database december default demo diamond dragon eagle elizabeth family february
  ferrari flower football freedom friday friend fuckyou ginger google guest hannah harley hello hockey hunter iloveyou
  internet jackson january jasmine jennifer jessica jesus jordan joshua july june killer letmein liverpool login london
  love lovely maggie manager march master matrix matthew maverick mercedes michael michelle microsoft monday monkey
  mustang mynoob naruto network nicole november october office oracle orange pass passw passwd password passport
  patrick pepper phoenix player please pokemon princess private purple qazwsx qazwsxedc qwer qwert qwerty qwertyu
  qwertyui qwertyuiop qwertz ranger robert root samsung samurai sakura sapporo saturday secret secure security
  september server service shadow silver soccer spring starwars startrek summer sunday sunshine superman support
  system temp temporary test tester testing thomas thursday tiger tigger tokyo trustno tuesday user vagrant vmware
  wednesday welcome whatever william windows winner winter wizard workspace xyz yankees zaqwsx zxcv zxcvb zxcvbn zxcvbnm`
    .split(/\s+/)
    .filter(Boolean),
);
