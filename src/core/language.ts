/** The languages of the pages (SPEC TLS-2), and which one a reader gets. */
export const languages = ['en', 'ja'] as const;
export type Language = (typeof languages)[number];

/**
 * One text in every language. The type comes from the English one; a key that is missing in another language, or that
 * exists only there, does not compile.
 */
export function translations<Texts>(
  texts: { en: Texts } & Record<Exclude<Language, 'en'>, NoInfer<Texts>>,
): Readonly<Record<Language, Texts>> {
  return texts;
}

/**
 * What was chosen wins (`ui_locales` of the request, then the language cookie), else the browser's Accept-Language
 * (RFC 9110 §12.5.4) by weight; English when nothing fits. Each argument may be absent or garbage.
 */
export function pickLanguage(wishes: {
  /** Space-separated BCP 47 tags, OpenID Connect Core §3.1.2.1. */
  uiLocales?: string | undefined;
  cookie?: string | undefined;
  acceptLanguage?: string | undefined;
}): Language {
  const chosen = [...(wishes.uiLocales ?? '').slice(0, 200).split(' '), wishes.cookie ?? ''];
  for (const tag of chosen) {
    const language = languageOf(tag);
    if (language) return language;
  }
  const ranked = (wishes.acceptLanguage ?? '')
    .slice(0, 500)
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';');
      const quality = parameters
        .map((parameter) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(parameter)?.[1])
        .find(Boolean);
      return { language: languageOf(tag), quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter((range) => range.quality > 0)
    .sort((one, other) => other.quality - one.quality);
  return ranked.find((range) => range.language)?.language ?? 'en';
}

function languageOf(tag: string): Language | undefined {
  const primary = tag.trim().toLowerCase().split('-')[0];
  return languages.find((language) => language === primary);
}
