import { apis } from './apis/index.ts';
import { policies } from './guard/policies/index.ts';
import { definePlatform } from './platform.ts';

/** The platform of this repository. */
export const goldenPath = definePlatform({ name: 'golden-path', apis, policies });
