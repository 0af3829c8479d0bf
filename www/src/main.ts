import { isolate } from './page/isolation';
import './page/page';

void isolate();
