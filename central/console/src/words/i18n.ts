/**
 * Vietnamese first, English complete. A namespace for each part of the console; `codes` words what the centre sends.
 *
 * The centre sends codes with parameters, never sentences. `word(t, "reason", code)` finds the words for one; a test
 * fails on a code of the centre that has no words in both languages.
 */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";

const FILES = import.meta.glob<Record<string, unknown>>("./{vi,en}/*.json", {
  eager: true,
  import: "default",
});

export const LANGUAGES = ["vi", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
const KEPT = "wardsense.language";

function resources(): Record<string, Record<string, Record<string, unknown>>> {
  const found: Record<string, Record<string, Record<string, unknown>>> = {};
  for (const [path, words] of Object.entries(FILES)) {
    const [, language, name] = /\.\/(\w+)\/([\w-]+)\.json$/.exec(path) ?? [];
    if (language && name) (found[language] ??= {})[name] = words;
  }
  return found;
}

export function firstLanguage(): Language {
  return localStorage.getItem(KEPT) === "en" ? "en" : "vi";
}

export async function begin(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: resources(),
    lng: firstLanguage(),
    fallbackLng: "vi",
    defaultNS: "app",
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = i18next.language;
}

export async function speak(language: Language): Promise<void> {
  localStorage.setItem(KEPT, language);
  document.documentElement.lang = language;
  await i18next.changeLanguage(language);
}
