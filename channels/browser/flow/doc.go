// Package flow is the language in which a way through a company's chat is
// written: which elements are clicked and filled until only the message is
// missing, where it is written, how it is sent, and what is heard afterwards.
//
// A flow is a YAML file for one kind of widget, and companies share it; the
// address of a company's page and its consent stand with the company. It holds no
// script and no address, so that it can do nothing that a visitor could not do by
// mouse and keyboard on the page that the company has agreed to.
//
// # Elements
//
// A [Find] names an element as people do, by role and accessible name, by its
// text, by the label or placeholder of a field, by a test id, and by CSS where
// nothing else serves. All that is given must hold. It is looked for through
// shadow roots, closed ones too, and in every frame unless one is named by a part
// of its address. A step acts on an element only if exactly one is found.
//
// # What the company sees
//
// A step is taken to be seen by the company unless it is quiet. Banners are
// accepted and waits are waited quietly; a click that only opens the widget may be
// declared so. Everything up to the first step that is seen may be tried at any
// time: that is how a flow is checked without writing to anyone.
//
// # States
//
// States are what the page shows instead of a chat, or beside one: that it is
// closed, that we wait in line, that a proof is asked for that we are no machine.
// They are looked at before every step, those first that end a flow.
package flow
