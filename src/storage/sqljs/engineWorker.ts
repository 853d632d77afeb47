import { openConnection, runEngineThread } from './engineThread';
import { nodeFileSystem } from './fileSystem';

void runEngineThread((data) => openConnection(data, nodeFileSystem));
