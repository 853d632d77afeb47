import { runFromCommandLine } from '../commandLine';
import { powerCutRounds } from './rounds';

void runFromCommandLine('power cuts', powerCutRounds);
