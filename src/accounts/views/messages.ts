/** Texts of the sign-in and sign-out pages. */
import { translations } from '../../core/language.ts';
import { accountsEnglish } from './messages-en.ts';
import { accountsJapanese } from './messages-ja.ts';

export const accountsMessages = translations({ en: accountsEnglish, ja: accountsJapanese });
