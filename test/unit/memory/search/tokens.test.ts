import assert from 'node:assert/strict';
import { stem } from '../../../../src/memory/search/stem';
import { namesOf, tokensOf } from '../../../../src/memory/search/tokens';

const terms = (text: string) => tokensOf(text).map(({ term }) => term);

describe('The words of a text', () => {
  it('have Porter’s stems', () => {
    // As SQLite's own `porter` tokenizer gives them.
    const pairs = `
      caresses caress ponies poni ties ti agreed agre plastered plaster bled bled motoring motor sing sing
      conflated conflat troubled troubl sized size hopping hop tanned tan falling fall hissing hiss fizzed
      fizz failing fail filing file happy happi sky sky relational relat conditional condit rational
      ration digitizer digit radically radic differently differ vietnamization vietnam operator oper
      feudalism feudal decisiveness decis hopefulness hope sensitivity sensit triplicate triplic formative
      form electricity electr goodness good revival reviv allowance allow inference infer airliner airlin
      adjustable adjust irritant irrit replacement replac adjustment adjust adoption adopt communism
      commun activate activ effective effect bowdlerize bowdler probate probat rate rate cease ceas
      controll control roll roll yes ye yellowing yellow authentication authent migrations migrat queued
      queu retries retri caching cach`;
    const words = pairs.trim().split(/\s+/);
    for (let i = 0; i < words.length; i += 2) assert.equal(stem(words[i]!), words[i + 1], words[i]);
  });

  it('are the parts of names, and the base forms of irregular ones', () => {
    assert.deepEqual(terms('getUserById'), ['get', 'user', 'by', 'id']);
    assert.deepEqual(terms('HTTPServer ERR_MODULE_NOT_FOUND'), [
      'http',
      'server',
      'err',
      'modul',
      'not',
      'find',
    ]);
    assert.deepEqual(terms('src/auth/login.ts:12'), ['src', 'auth', 'login', 'ts', '12']);
    assert.deepEqual(terms('TS2345 and v1.2'), ['ts2345', 'and', 'v1', '2']);
    assert.deepEqual(terms('She went; it’s Émile’s naïve café'), ['she', 'go', 'it', 'emil', 'naiv', 'cafe']);
    assert.deepEqual(terms('数据库 を'), ['数据', '据库', 'を']);
    assert.deepEqual(terms(' \n\0"*-'), []);
  });

  it('know their place in the text', () => {
    const [, second] = tokensOf('the getUser');
    assert.deepEqual(second, { term: 'get', start: 4, end: 7 });
  });

  it('make one name of what is written in several ways', () => {
    for (const name of ['getUserById', 'get_user_by_id', 'get-user-by-id', 'GET_USER_BY_ID']) {
      assert.deepEqual(namesOf(`call ${name} now`), ['getuserbyid'], name);
    }
    assert.deepEqual(namesOf('/home/dev/shop/src/login.ts'), [
      'devshopsrclogints',
      'shopsrclogints',
      'srclogints',
      'logints',
    ]);
    assert.deepEqual(namesOf('plain words don’t make names'), []);
  });

  it('take long and strange texts in stride', () => {
    const long = 'aB_-/'.repeat(20_000);
    assert.ok(tokensOf(long).length > 0);
    assert.ok(namesOf(long).length <= 4);
  });
});
