/** Every model and data set, with its equations as MathML. */

import catalogue from 'virtual:catalogue';
import type { Catalogue } from './protocol';

export const CATALOGUE: Catalogue = catalogue;
