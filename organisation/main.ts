import { serve } from '../functions/serve.ts';
import { platform } from './platform.ts';

await serve(platform);
