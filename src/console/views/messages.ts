/** Texts of the administrators' console. */
import { translations } from '../../core/language.ts';
import { consoleEnglish } from './messages-en.ts';
import { consoleJapanese } from './messages-ja.ts';

export const consoleMessages = translations({ en: consoleEnglish, ja: consoleJapanese });
