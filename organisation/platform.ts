import { goldenPath } from '../functions/golden-path.ts';
import { definePlatform } from '../functions/platform.ts';
import { defaults } from './defaults.ts';
import { policies } from './policies.ts';

/** Golden Path as this organisation runs it. */
export const platform = definePlatform({ ...goldenPath, policies: [...goldenPath.policies, ...policies], defaults });
