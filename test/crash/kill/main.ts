import { runFromCommandLine } from '../commandLine';
import { killRounds } from './rounds';

void runFromCommandLine('kills', killRounds);
