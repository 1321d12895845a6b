// The looks: one style sheet inside the shadow root. What is !important on :host wins over the page's own !important:
// a page's `* {color: red !important}` reaches the element, and would be inherited inside it.

// THEME: a page may set --ml-accent, --ml-on-accent, --ml-bar, --ml-on-bar, --ml-surface, --ml-sunken, --ml-ink,
// --ml-muted, --ml-line, --ml-danger and --ml-font on any element above the widget; what it does not set has these values.
const STYLE = `
:host{all:initial!important;direction:ltr!important;
--accent:var(--ml-accent,#0b5f57);--on-accent:var(--ml-on-accent,#fff);--surface:var(--ml-surface,#fff);
--sunken:var(--ml-sunken,#f1f4f2);--ink:var(--ml-ink,#17211f);--muted:var(--ml-muted,#52605c);--line:var(--ml-line,#c9d2ce);
--danger:var(--ml-danger,#a3281c);--bar:var(--ml-bar,#0b5f57);--on-bar:var(--ml-on-bar,#fff);
font:16px/1.45 var(--ml-font,system-ui,-apple-system,"Segoe UI",Roboto,sans-serif)!important;color:var(--ink)!important}
@media (prefers-color-scheme:dark){:host{color-scheme:dark!important;
--accent:var(--ml-accent,#7bd3c3);--on-accent:var(--ml-on-accent,#06231f);--surface:var(--ml-surface,#17201f);
--sunken:var(--ml-sunken,#222d2b);--ink:var(--ml-ink,#eaf1ee);--muted:var(--ml-muted,#a9b8b3);--line:var(--ml-line,#3d4b48);
--danger:var(--ml-danger,#ffab9e);--bar:var(--ml-bar,#15574d);--on-bar:var(--ml-on-bar,#f2fbf8)}}
*{box-sizing:border-box}
[hidden]{display:none!important}
svg{width:24px;height:24px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round;flex:none}
button,textarea{font:inherit;color:inherit;margin:0}
button{cursor:pointer;border:1px solid transparent;border-radius:10px;background:none;min-height:32px;padding:4px 12px}
button:disabled{cursor:default}
a{color:var(--accent);overflow-wrap:anywhere}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.launcher{position:fixed;z-index:2147483000;right:calc(20px + env(safe-area-inset-right));
bottom:calc(20px + env(safe-area-inset-bottom));display:flex;align-items:center;gap:10px;min-height:56px;padding:0 22px 0 18px;
border-radius:28px;background:var(--accent);color:var(--on-accent);font-weight:600;box-shadow:0 6px 24px rgb(0 0 0/.28)}
.launcher:hover{filter:brightness(1.08)}
.badge{background:var(--on-accent);color:var(--accent);border-radius:12px;padding:0 9px;font-size:14px;line-height:24px}
dialog{position:fixed;z-index:2147483001;inset:auto calc(20px + env(safe-area-inset-right)) calc(20px + env(safe-area-inset-bottom)) auto;
width:390px;max-width:none;height:640px;max-height:calc(100dvh - 40px);margin:0;padding:0;border:1px solid var(--line);
border-radius:18px;background:var(--surface);color:var(--ink);overflow:hidden;box-shadow:0 18px 60px rgb(0 0 0/.32)}
dialog[open]{display:flex;flex-direction:column}
dialog::backdrop{background:var(--surface)}
.head{position:relative;display:flex;align-items:center;gap:6px;padding:12px 10px 12px 16px;background:var(--bar);color:var(--on-bar);
border-bottom:1px solid transparent}
.head .names{flex:1;min-width:0}
h2{margin:0;font-size:17px;line-height:1.25;overflow-wrap:anywhere}
.head p{margin:0;font-size:14px}
.tool{display:flex;flex-direction:column;align-items:center;justify-content:center}
.tool span{font-size:12px;line-height:1.2;font-weight:600}
.head .tool{min-width:48px;min-height:48px;padding:2px 3px}
.head .tool svg{width:22px;height:22px}
.head button:hover{background:rgb(255 255 255/.16)}
.head :focus-visible{outline-color:var(--on-bar);outline-offset:-4px}
.launcher:focus-visible{outline-color:var(--on-accent);outline-offset:-5px}
.log{flex:1;min-height:0;overflow-y:auto;overscroll-behavior:contain;padding:16px;display:flex;flex-direction:column;gap:10px}
.log:focus-visible{outline-offset:-3px}
.log>:first-child{margin-top:auto}
.turn{display:flex;flex-direction:column;align-items:flex-start;gap:8px}
.me{align-items:flex-end}
.bubble{max-width:86%;padding:9px 14px;border:1px solid transparent;border-radius:16px 16px 16px 4px;background:var(--sunken);
white-space:pre-wrap;overflow-wrap:anywhere}
.system{align-self:center;max-width:92%;font-size:13px;color:var(--muted);text-align:center}
.author{display:block;font-size:13px;font-weight:600;color:var(--accent)}
.me .bubble{background:var(--bar);color:var(--on-bar);border-radius:16px 16px 4px 16px}
.mark{font-size:13px;line-height:1.3;color:var(--muted);max-width:86%;margin-top:-4px;overflow-wrap:anywhere}
.mark.bad{color:var(--danger)}
img{display:block;max-width:100%;height:auto;border:1px solid var(--line);border-radius:12px}
.sheet{max-width:100%;overflow-x:auto;border:1px solid var(--line);border-radius:12px}
table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}
th,td{padding:5px 10px;text-align:end;white-space:nowrap;border-top:1px solid var(--line)}
th{font-weight:600}thead th{white-space:normal;border-top:0;background:var(--sunken)}tr>:first-child{text-align:start}
.go{display:inline-flex;align-items:center;min-height:44px;padding:8px 18px;border:1px solid transparent;border-radius:12px;
background:var(--accent);color:var(--on-accent);font-weight:600;text-decoration:none}
.choices{display:flex;flex-wrap:wrap;gap:8px}
.choices button{min-height:44px;padding:6px 15px;border:1.5px solid var(--accent);border-radius:20px;color:var(--accent);
background:var(--surface);font-weight:600;text-align:start}
@media (hover:hover){.choices button:hover:enabled{background:var(--accent);color:var(--on-accent)}}
.dots{align-self:flex-start;margin:0 16px 10px;padding:12px 14px;border:1px solid transparent;border-radius:16px;background:var(--sunken);
display:flex;gap:5px}
.dots i{width:8px;height:8px;border:4px solid var(--muted);border-radius:4px}
@media (prefers-reduced-motion:no-preference){
.dots i{animation:rise 1.2s infinite}.dots i:nth-child(2){animation-delay:.15s}.dots i:nth-child(3){animation-delay:.3s}
dialog[open]{animation:enter .18s ease-out}
@keyframes rise{0%,60%,to{opacity:.35}30%{opacity:1;transform:translateY(-3px)}}
@keyframes enter{from{opacity:0;transform:translateY(12px)}}}
.strip{display:flex;align-items:center;gap:8px;margin:0 12px;font-size:14px}
.strip p{margin:0;flex:1}
.strip p:not(:empty){padding:7px 0 9px}
.strip button,.foot button{color:var(--accent);font-weight:600;font-size:14px;text-decoration:underline;text-underline-offset:3px;
padding:4px 0}
form{display:flex;align-items:flex-end;gap:8px;padding:10px 12px 4px;border-top:1px solid var(--line)}
textarea{flex:1;min-width:0;min-height:44px;max-height:128px;padding:9px 12px;resize:none;font-size:16px;line-height:1.45;
border:1px solid var(--muted);border-radius:12px;background:var(--surface)}
textarea::placeholder{color:var(--muted);opacity:1}
textarea:focus-visible{outline-offset:0}
form button{min-width:54px;min-height:46px;padding:2px 6px;background:var(--accent);color:var(--on-accent);border-radius:12px}
form button svg{width:20px;height:20px}
.foot{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:0 10px;
padding:0 14px calc(6px + env(safe-area-inset-bottom));font-size:13px;color:var(--muted)}
.foot p{margin:0;flex:1 1 8em}
.card{box-sizing:border-box;min-width:min(270px,100%);max-width:100%;padding:12px 16px;border:2px solid var(--accent);border-radius:14px;
background:var(--surface)}
.card svg{color:var(--accent)}
.card strong{display:flex;align-items:center;gap:10px;font-size:18px}
.card a{display:inline-flex;align-items:center;min-height:44px}
.consent,.pending{border-width:1px;border-color:var(--muted)}
.pending svg{color:var(--muted)}
.declined{border-color:var(--danger)}.declined svg{color:var(--danger)}
dl{margin:6px 0 0}
dl div{display:grid;grid-template-columns:minmax(0,7em) 1fr;gap:0 12px;padding:5px 0;border-top:1px solid var(--line)}
.kept{display:inline-block;max-width:100%}
dt{color:var(--muted);font-size:14px}
dd{margin:0;text-align:end;font-weight:600;overflow-wrap:anywhere}
.consent dd{text-align:start;font-weight:400}
.calls{display:flex;flex-wrap:wrap;gap:8px}
.calls .go{background:var(--danger);color:var(--surface);font-size:18px}
.chart{display:block;width:100%;padding:0;text-align:start}
.chart img{width:100%}
.chart .more{display:flex;align-items:center;min-height:44px;color:var(--accent);font-weight:600;text-decoration:underline;text-underline-offset:3px}
dialog.large{inset:0;width:100vw;height:100dvh;max-width:none;max-height:none;border:0;border-radius:0;padding:16px;overflow:auto}
dialog.large[open]{display:flex;flex-direction:column;align-items:center;gap:16px}
.large .go{align-self:flex-end;cursor:pointer}
.large picture{width:min(100%,1200px)}
.large img{width:100%}
.day{display:flex;flex-wrap:wrap;align-items:center;gap:0 8px;flex-basis:100%;font-size:14px;color:var(--muted)}
.day input{min-height:44px;padding:4px 10px;border:1px solid var(--muted);border-radius:10px;font:inherit;font-size:16px;color:var(--ink);
background:var(--surface)}
.menu{position:absolute;z-index:2;right:8px;top:100%;color:var(--ink);display:flex;flex-direction:column;padding:6px;border:1px solid var(--line);
border-radius:12px;background:var(--surface);box-shadow:0 8px 24px rgb(0 0 0/.25)}
.menu button,.menu label{display:flex;align-items:center;min-height:44px;padding:4px 12px;border-radius:8px;text-align:start;cursor:pointer}
.head .menu button{width:auto;height:auto}
.head .menu :focus-visible{outline-color:var(--accent)}
.menu button:hover,.menu label:hover{background:var(--sunken)}
.menu label:focus-within{outline:3px solid var(--accent);outline-offset:-3px}
.rate{display:flex;flex-wrap:wrap;align-items:center;gap:8px;margin:0 12px 8px;padding:10px 14px;border-radius:12px;background:var(--sunken)}
.rate p{margin:0;flex:1 1 8em;font-weight:600}
.rate button{min-height:44px;min-width:64px;border-color:var(--accent);color:var(--accent);font-weight:600;background:var(--surface)}
.rate input{flex:1 1 100%;min-height:44px;padding:6px 12px;border:1px solid var(--muted);border-radius:10px;font:inherit;color:inherit;
background:var(--surface)}
.foot .count{flex-basis:100%;color:var(--ink)}
@media ${SMALL_SCREEN}{dialog{inset:var(--top,0px) 0 auto 0;width:100vw;height:var(--height,100dvh);max-height:none;border:0;border-radius:0;
padding:env(safe-area-inset-top) env(safe-area-inset-right) 0 env(safe-area-inset-left);background:var(--surface)}}
@media ${SMALL_SCREEN}{.launcher.small{padding:0 16px;gap:0}.launcher.small span:not(.badge){position:absolute;width:1px;height:1px;
overflow:hidden;clip-path:inset(50%)}.launcher.small .badge{font-size:0;width:12px;height:12px;padding:0}}
@media (max-width:360px){.head>svg{display:none}.head h2{font-size:15px}.head p{font-size:13px}.head .tool{min-width:44px}}
@media (max-height:480px){.head{padding-block:2px}.head p{display:none}.log{padding-block:8px}}
@media (forced-colors:active){.launcher,dialog,.bubble,.dots,.go,.menu,.rate,form button{border:1px solid}
.dots i{border-color:CanvasText}}
@media print{.launcher,dialog{display:none}}`;
