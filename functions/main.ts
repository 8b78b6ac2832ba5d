import { goldenPath } from './golden-path.ts';
import { serve } from './serve.ts';

await serve(goldenPath);
