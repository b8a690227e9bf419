/*
 * An editor whose session ends, or whose network fails, loses no text.
 *
 * Wagtail's autosave notices first: its request ends on the sign-in page. From then on the form is kept in this browser,
 * for this person and this page; saving is held back until the session is there again; and where the window was left
 * in between, the kept text is offered when the person comes back, and sent to the server as a draft.
 */
(() => {
  const script = document.currentScript;
  const { user, page, sessionUrl, loginUrl } = script.dataset;
  const words = JSON.parse(document.getElementById('keep-text-words').textContent);
  const key = `sotay:kept:${user}:${page || window.location.pathname}`;
  const FORGET_AFTER = 14 * 24 * 60 * 60 * 1000; // milliseconds
  const OWN_FIELDS = ['csrfmiddlewaretoken', 'next'];
  const REVISION_FIELDS = ['loaded_revision_id', 'loaded_revision_created_at', 'overwrite_revision_id'];

  const form = document.getElementById('page-edit-form');
  if (!form) return;
  let held = false;
  let letThrough = false;

  const keep = () => {
    const fields = [...new FormData(form).entries()].filter(
      ([name, value]) => typeof value === 'string' && !OWN_FIELDS.includes(name) && !name.startsWith('action-'),
    );
    try {
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), action: form.action, fields }));
    } catch {
      // A full store must not break the form; the text is still on the screen.
    }
  };
  const forget = () => localStorage.removeItem(key);
  const kept = () => {
    try {
      const found = JSON.parse(localStorage.getItem(key));
      if (found && Date.now() - found.at > FORGET_AFTER) {
        forget();
        return null;
      }
      return found;
    } catch {
      return null;
    }
  };

  const banner = document.createElement('div');
  banner.id = 'keep-text';
  banner.setAttribute('role', 'alert');
  banner.hidden = true;
  banner.style.cssText =
    'position:sticky;top:0;z-index:200;padding:1rem 1.25rem;background:#fff4e5;color:#1a1a1a;border:2px solid #8a4b00;font-size:1.0625rem';
  form.before(banner);

  const say = (text, ...buttons) => {
    banner.replaceChildren();
    const line = document.createElement('p');
    line.textContent = text;
    line.style.margin = '0 0 .5rem';
    banner.append(line);
    buttons.forEach((button) => {
      button.style.marginInlineEnd = '.75rem';
      banner.append(button);
    });
    banner.hidden = false;
  };
  const hush = () => {
    banner.hidden = true;
  };
  const button = (label, act) => {
    const made = document.createElement('button');
    made.type = 'button';
    made.className = 'button';
    made.textContent = label;
    made.addEventListener('click', act);
    return made;
  };

  /* 'here', 'gone' (signed out, or someone else) or 'offline'. A new session has a new token for the form. */
  const session = async () => {
    try {
      const answer = await fetch(sessionUrl, {
        headers: { 'X-Requested-With': 'XMLHttpRequest', Accept: 'application/json' },
        cache: 'no-store',
      });
      if (!answer.ok) return answer.status >= 500 ? 'offline' : 'gone';
      const facts = await answer.json();
      if (String(facts.user) !== user) return 'gone';
      form.querySelector('[name="csrfmiddlewaretoken"]').value = facts.csrf;
      return 'here';
    } catch {
      return 'offline';
    }
  };

  const hold = (state) => {
    keep();
    held = true;
    if (state === 'offline') {
      say(words.offline, button(words.again, comeBack));
      return;
    }
    const link = document.createElement('a');
    link.href = loginUrl;
    link.target = '_blank';
    link.rel = 'noopener';
    link.className = 'button';
    link.textContent = words.signIn;
    say(words.signedOut, link, button(words.again, comeBack));
  };

  async function comeBack() {
    const state = await session();
    if (state !== 'here') {
      hold(state);
      return;
    }
    held = false;
    say(words.back);
    form.dispatchEvent(new CustomEvent('w-unsaved:add', { bubbles: true, cancelable: true }));
  }

  form.addEventListener('w-autosave:error', async ({ detail }) => {
    if (!['server_error', 'network_error'].includes(detail.type)) return;
    keep();
    const state = await session();
    if (state !== 'here') hold(state);
  });
  form.addEventListener('w-autosave:success', () => {
    held = false;
    forget();
    hush();
  });
  window.addEventListener('focus', () => {
    if (held) comeBack();
  });

  // Ask before the form leaves: a form that ends on the sign-in page is lost.
  document.addEventListener(
    'submit',
    async (event) => {
      if (event.target !== form || letThrough) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const { submitter } = event;
      const state = await session();
      if (state !== 'here') {
        hold(state);
        if (submitter) submitter.disabled = false;
        return;
      }
      letThrough = true;
      keep();
      sessionStorage.setItem(`${key}:sent`, '1');
      if (submitter) submitter.disabled = false; // its name says what was asked for; a disabled button is not sent
      form.requestSubmit(submitter || undefined);
      letThrough = false;
    },
    true,
  );

  /* Send the kept text as a draft, and open the page anew with it. */
  const restore = async (found, overOthers) => {
    const state = await session();
    if (state !== 'here') {
      hold(state);
      return;
    }
    const body = new FormData();
    found.fields.forEach(([name, value]) => {
      if (!(overOthers && REVISION_FIELDS.includes(name))) body.append(name, value);
    });
    body.append('csrfmiddlewaretoken', form.querySelector('[name="csrfmiddlewaretoken"]').value);
    try {
      const answer = await fetch(found.action, { method: 'POST', body, headers: { Accept: 'application/json' } });
      const facts = await answer.json();
      if (facts.success) {
        forget();
        window.location.assign(facts.url || window.location.pathname);
      } else if (facts.error_code === 'invalid_revision') {
        say(words.othersEdited, button(words.restoreAnyway, () => restore(found, true)), button(words.discard, drop));
      } else {
        say(`${words.failed} ${facts.error_message || ''}`, button(words.show, () => show(found)));
      }
    } catch {
      say(words.failed, button(words.show, () => show(found)));
    }
  };

  /* What could not be sent is shown to be copied by hand. */
  const show = (found) => {
    const area = document.createElement('textarea');
    area.readOnly = true;
    area.rows = 12;
    area.style.width = '100%';
    area.value = found.fields
      .filter(([name]) => !REVISION_FIELDS.includes(name) && !/-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$|-(id|order|type|deleted|count|ORDER|DELETE)$/.test(name))
      .map(([, value]) => {
        try {
          return JSON.parse(value).blocks.map((block) => block.text).join('\n');
        } catch {
          return value;
        }
      })
      .filter((value) => value.trim())
      .join('\n\n');
    banner.append(area);
  };

  const drop = () => {
    forget();
    hush();
  };

  const found = kept();
  const wasSent = sessionStorage.getItem(`${key}:sent`);
  sessionStorage.removeItem(`${key}:sent`);
  const loaded = new FormData(form).get('loaded_revision_created_at');
  const before = found && Object.fromEntries(found.fields).loaded_revision_created_at;
  const sentBack = wasSent && document.querySelector('.error-message'); // with its text: there is nothing to bring back
  if (found && wasSent && page && loaded !== before && !sentBack) {
    forget(); // the save that was let through has arrived
  } else if (found && !sentBack) {
    const at = new Date(found.at).toLocaleString('vi-VN', { dateStyle: 'short', timeStyle: 'short' });
    say(words.found.replace('{at}', at), button(words.restore, () => restore(found, false)), button(words.discard, drop));
  }
})();
