// What a web front end does all day, by the means that the document suggests to it: fetch, FormData, a wrapper that says
// `Content-Type: application/json` on every request (also on GET and where there is no body), pages by skip and limit, links.
//
//   WEFT_HTTP=http://127.0.0.1:8000 WEFT_TOKEN=… WEFT_PROJECT=… WEFT_CONTRACT=… node flows.mjs
//
// The token's user is new and owns one project with one file, and one unsigned contract. Prints a TAP line for each flow.
import assert from 'node:assert/strict';

const BASE = process.env.WEFT_HTTP;
const { WEFT_TOKEN: TOKEN, WEFT_PROJECT: PROJECT, WEFT_CONTRACT: CONTRACT } = process.env;

class Failure extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** The front end's one way to the server. */
class Client {
  constructor(token) {
    this.token = token;
  }

  async send(method, path, body) {
    const answer = await fetch(BASE + '/api' + path, {
      method,
      // Without data this is undefined, and so there is no body at all; the header is there nevertheless.
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', ...(this.token && { Authorization: `Bearer ${this.token}` }) },
    });
    if (answer.status === 204) return null;
    const said = await answer.json();
    if (answer.ok) return said;
    if (answer.status === 401) this.token = null;
    throw new Failure(answer.status, said.detail);
  }

  get(path, parameters = {}) {
    const query = new URLSearchParams(parameters).toString();
    return this.send('GET', query ? `${path}?${query}` : path);
  }

  post(path, body) { return this.send('POST', path, body); }
  put(path, body) { return this.send('PUT', path, body); }
  patch(path, body) { return this.send('PATCH', path, body); }
  delete(path) { return this.send('DELETE', path); }

  /** Page `number`, from 1. */
  async page(path, number, size) {
    const { items, total } = await this.get(path, { skip: (number - 1) * size, limit: size });
    return { items, total, pages: Math.ceil(total / size) };
  }

  /** No Content-Type of one's own here: fetch writes it, with the boundary. */
  async upload(form) {
    const answer = await fetch(BASE + '/api/upload', { method: 'POST', body: form, headers: { Authorization: `Bearer ${this.token}` } });
    const said = await answer.json();
    if (!answer.ok) throw new Failure(answer.status, said.detail);
    return said;
  }
}

const api = new Client(TOKEN);
const refusal = async (promise, status, detail) => {
  const failure = await promise.then(() => assert.fail('not refused'), error => error);
  assert.ok(failure instanceof Failure, String(failure.stack));
  assert.equal(failure.status, status);
  assert.equal(failure.message, detail);
};
const isTime = text => assert.ok(text.endsWith('Z') && Math.abs(new Date(text) - Date.now()) < 600_000, text);
const pdf = new TextEncoder().encode('%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n');

const flows = {
  async 'tickets through the wrapper'() {
    const me = await api.get('/auth/me');
    const ticket = await api.post('/tickets', { title: '打不开报表', ticket_type: 'technical', content: '点击后没有反应。' });
    assert.equal(ticket.creator_email, me.email);
    assert.deepEqual([ticket.status, ticket.feedback, ticket.updated_at], ['pending', null, null]);
    isTime(ticket.created_at);
    const changed = await api.put(`/tickets/${ticket.id}`, { content: ticket.content + '\n\n刷新也不行。' });
    assert.equal(changed.content, '点击后没有反应。\n\n刷新也不行。');
    assert.deepEqual(await api.get(`/tickets/${ticket.id}`), changed);
    assert.equal(await api.delete(`/tickets/${ticket.id}`), null);
    await refusal(api.get(`/tickets/${ticket.id}`), 404, '工单不存在');
  },

  async 'pages'() {
    for (let n = 1; n <= 11; n++) await api.post('/tickets', { title: `第${n}张`, ticket_type: 'business', content: '内容' });
    const seen = [];
    for (let number = 1, pages = 1; number <= pages; number++) {
      const page = await api.page('/tickets', number, 4);
      ({ pages } = page);
      assert.equal(page.total, 11);
      seen.push(...page.items.map(ticket => ticket.title));
    }
    assert.deepEqual(seen, Array.from({ length: 11 }, (_, n) => `第${11 - n}张`));
    assert.deepEqual(await api.get('/tickets', { skip: 100 }), { total: 11, items: [] });
  },

  async 'what is refused reaches the page as text'() {
    await refusal(api.post('/tickets'), 422, '工单标题（title）不能为空');
    await refusal(api.patch('/users/me', {}), 400, '未提供任何需要更新的字段');
    const stranger = new Client('nonsense');
    await refusal(stranger.get('/tickets'), 401, '无效的认证凭据');
    assert.equal(stranger.token, null);
  },

  async 'a business account, applied for without a body'() {
    await refusal(api.get('/business-accounts/me'), 404, '业务账号不存在');
    const account = await api.post('/business-accounts/me/apply');
    assert.deepEqual([account.status, account.company_name, account.assigned_email], ['pending', null, null]);
    await refusal(api.post('/business-accounts/me/apply'), 400, '已存在申请或已激活账号');
    const named = await api.patch('/business-accounts/me', { company_name: '示例科技有限公司', contact_phone: '13800138000' });
    assert.deepEqual([named.company_name, named.contact_phone], ['示例科技有限公司', '13800138000']);
    assert.deepEqual(await api.patch('/business-accounts/me', {}), named);
    assert.equal((await api.patch('/business-accounts/me', { contact_phone: null })).contact_phone, null);
    assert.equal((await api.get(`/business-accounts/${account.id}`)).company_name, '示例科技有限公司');
  },

  async 'a contract is read and signed'() {
    const { items, total } = await api.page('/contracts/me', 1, 10);
    assert.deepEqual([total, items[0].id, items[0].is_signed], [1, CONTRACT, false]);
    const contract = await api.get(`/contracts/${CONTRACT}`);
    assert.match(contract.content_markdown, /^# /);
    const signed = await api.patch(`/contracts/${CONTRACT}/sign-status`, { is_signed: true });
    assert.deepEqual({ ...signed, updated_at: null }, { ...contract, is_signed: true, updated_at: null });
    isTime(signed.updated_at);
  },

  async 'a project and its file'() {
    const { items: [project] } = await api.page('/projects/me', 1, 10);
    assert.equal(project.id, PROJECT);
    assert.deepEqual(await api.get(`/projects/${PROJECT}`), project);
    for (const part of ['links', 'tasks']) assert.deepEqual(await api.get(`/projects/${PROJECT}/${part}`, { limit: 500 }), { total: 0, items: [] });
    const { items: [file] } = await api.get(`/projects/${PROJECT}/files`, { skip: 0, limit: 100, filename: '报告' });
    const { download_url, expires_in } = await api.post(`/projects/files/${file.id}/download-url`);
    assert.ok(expires_in > 0);
    const answer = await fetch(download_url);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), file.content_type);
    assert.match(answer.headers.get('content-disposition'), /^attachment; /);
    assert.equal((await answer.arrayBuffer()).byteLength, file.file_size);
  },

  async 'a file goes up by a form and comes back by its link'() {
    for (const tag of [null, '文档']) {
      const form = new FormData();
      form.append('file', new Blob([pdf], { type: 'application/pdf' }), '季度 “报告” 100%.pdf');
      if (tag) form.append('tag', tag);  // after the file, as the document has it
      const file = await api.upload(form);
      assert.deepEqual([file.filename, file.file_size, file.content_type, file.tag], ['季度 “报告” 100%.pdf', pdf.length, 'application/pdf', tag]);
      isTime(file.created_at);
      const fresh = await api.post(`/files/${file.id}/download-url`);
      for (const link of [file.download_url, fresh.download_url]) {
        const answer = await fetch(link);
        assert.equal(answer.status, 200);
        assert.ok(answer.headers.get('content-disposition').endsWith(`filename*=UTF-8''${encodeURIComponent(file.filename)}`));
        assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), pdf);
      }
    }
    const empty = new FormData();
    empty.append('tag', '文档');
    const failure = await api.upload(empty).catch(error => error);
    assert.equal(failure.status, 422);
  },

  async 'a visitor writes to us'() {
    const visitor = new Client(null);
    const said = await visitor.post('/owa/info', { name: '王先生', email: 'wang@example.com', message: '请联系我。', turnstileToken: 'token' });
    assert.deepEqual([said.name, said.is_processed, said.admin_notes], ['王先生', false, null]);
    const failure = await visitor.post('/owa/info', { name: '王先生', email: 'wang@example.com', message: '请联系我。' }).catch(error => error);
    assert.equal(failure.status, 422);
  },
};

const names = Object.keys(flows);
console.log(`1..${names.length}`);
for (const [index, name] of names.entries()) {
  const failure = await flows[name]().then(() => null, error => error);
  if (failure) console.log(String(failure.stack ?? failure).replace(/^/gm, '# '));
  console.log(`${failure ? 'not ok' : 'ok'} ${index + 1} - ${name}`);
  if (failure) process.exitCode = 1;
}
