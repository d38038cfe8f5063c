/** Texts that every surface shares. Each surface has its own beside its pages. */
import { translations } from '../../../core/language.ts';
import { sharedEnglish } from './en.ts';
import { sharedJapanese } from './ja.ts';

export const sharedMessages = translations({ en: sharedEnglish, ja: sharedJapanese });
