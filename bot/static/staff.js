/* What the office's pages do beyond plain forms. They work without it. */
"use strict";
