// Package world is all that a rehearsal needs of the other side: companies
// with their mail servers, on the platforms where customers meet them, and a
// configuration by which svartid asks them.
//
// A [World] holds one server of each simulated package, all on free ports of
// the loopback. Every company has a mailbox; by its class it is met in two
// more ways ([Role]), so that on every channel one is fast, one slow, one
// silent, and so on. [World.Write] writes svartid.yml, the table of companies
// and the secrets into a folder: what is in it is all that svartid knows of
// the world. A deadline lasts eight seconds there.
//
//	w := world.New(world.Options{Companies: 24, Hooks: "http://127.0.0.1:9725/hooks/"})
//	err := w.Start()
//	file, err := w.Write(dir, world.Serving{Board: "127.0.0.1:9724", Hooks: "127.0.0.1:9725"})
//	err = w.Run(ctx)
package world
