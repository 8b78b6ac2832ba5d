import { serve } from 'golden-path-platform/serve';
import { platform } from './platform.ts';

await serve(platform);
