package main

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"embraye/internal/delivery"
	"embraye/internal/embraye"
	"embraye/internal/openssl"
	"embraye/internal/web"
)

// stopWithin is how long a graceful stop may take; systemd and Compose kill
// later. Deliveries and chores that do not end in time are taken up after the
// restart.
const stopWithin = 28 * time.Second

// serve runs the roles of this process until a signal. A second signal ends
// the process at once: the first one gives the default behaviour back.
func serve(ctx context.Context, c *call) error {
	c.flags.BoolVar(&c.anew, "first-start", false, "make a new instance although a secret or evidence of an earlier one is there")
	if _, err := c.parse(); err != nil {
		return err
	}
	ctx, restore := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer restore()
	s, log, err := c.load()
	if err != nil {
		return err
	}
	for _, w := range s.Warnings {
		log.Warn(w)
	}
	c.signing = openssl.Signing(log)
	i, err := c.firstStart(ctx, s, log)
	if err != nil && ctx.Err() != nil {
		log.Info("stopped before the start was over: nothing is half done, the next start goes on from here")
		return nil
	}
	if err != nil {
		return explained(s, err)
	}
	err = errors.Join(i.serve(ctx, restore, c), i.close())
	if err == nil {
		log.Info("stopped")
	}
	return err
}

// serve starts the roles, says so, and stops them in the order that loses
// nothing: first nobody new comes in, then what is under way ends.
func (i *wired) serve(ctx context.Context, restore func(), c *call) error {
	var work sync.WaitGroup
	working, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	failed := make(chan error, 4)

	i.Health, i.Alarm = i.doctor(), i.settings.AlarmMail
	var engine *delivery.Engine
	if i.settings.Worker {
		engine = i.Engine()
	}
	var front *listener
	var handler *web.Handler
	if i.settings.Web {
		var err error
		if handler, err = i.Instance.Web(); err != nil {
			return err
		}
		i.logAccess(handler)
		if front, err = listen(i.settings.Listen, i.httpServer(handler)); err != nil {
			return err
		}
	} else if i.settings.Worker && i.Evidence.On() { // which copies a page of ours, too
		if _, err := i.Instance.Web(); err != nil {
			return err
		}
	}
	metrics, err := i.listenMetrics(engine, handler)
	if err != nil {
		return errors.Join(err, front.stop(ctx))
	}
	if err := i.Witness.Started(ctx); err != nil { // not before nothing keeps it from running
		return errors.Join(err, front.stop(ctx), metrics.stop(ctx))
	}
	if engine != nil {
		work.Go(func() { i.work(working, engine, failed) })
	}
	front.start(failed)
	metrics.start(failed)
	work.Go(func() { i.carryFiles(working, carryAgain) })
	i.offerSetup(ctx, c)
	i.say(c, front)
	work.Go(func() { settle(working) })
	work.Go(func() { i.watch(working, c, front) })

	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	restore() // from here on a signal ends the process
	i.Log.Info("stopping")
	systemd(c.environ, "STOPPING=1")
	return errors.Join(err, i.stop(front, metrics, stopWork, &work))
}

// offerSetup prints the link that makes the first admin: a new one at each start
// while there is none, since the earlier may have been lost with its terminal.
func (i *wired) offerSetup(ctx context.Context, c *call) {
	if !i.settings.Web {
		return
	}
	needed, err := i.People.NeedsSetup(ctx)
	url := ""
	if err == nil && needed {
		url, err = i.People.SetupLink(ctx, embraye.Operator())
	}
	if err != nil {
		i.Log.Error("the link that makes the first admin cannot be made: try `embraye user setup-link`", "error", err)
	} else if needed {
		fmt.Fprintf(c.stdout, "no admin yet: open %s once, within 24 hours\n", url)
	}
}

// say tells scripts, systemd and the log that everything runs.
func (i *wired) say(c *call, front *listener) {
	if front != nil {
		fmt.Fprintf(c.stdout, "listening on %s\n", front.address())
	} else {
		fmt.Fprintln(c.stdout, "working without a web server")
	}
	i.Log.Info("started", "version", version, "base_url", i.settings.BaseURL, "web", i.settings.Web, "worker", i.settings.Worker)
	systemd(c.environ, "READY=1")
}

func (i *wired) stop(front, metrics *listener, stopWork func(), work *sync.WaitGroup) error {
	limit, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	stopWork()
	err := errors.Join(front.stop(limit), metrics.stop(limit))
	done := make(chan struct{})
	go func() { work.Wait(); close(done) }()
	select {
	case <-done:
	case <-limit.Done():
		i.Log.Warn("deliveries or chores did not end in time: they are taken up after the restart")
	}
	return errors.Join(err, i.Witness.Stopped(limit))
}

// work runs the delivery engine and, beside it, the chores.
func (i *wired) work(ctx context.Context, engine *delivery.Engine, failed chan<- error) {
	var chores sync.WaitGroup
	chores.Go(func() {
		if err := i.Work(ctx); err != nil {
			failed <- fmt.Errorf("the chores stopped: %w", err)
		}
	})
	if err := engine.Run(ctx); err != nil && ctx.Err() == nil {
		failed <- fmt.Errorf("the delivery engine stopped: %w", err)
	}
	chores.Wait()
}

// carryAgain is when files of the folder are tried again that a bucket did not
// take.
const carryAgain = time.Minute

// carryFiles moves what lies in this machine's folder into the bucket, beside
// whoever reads it.
func (i *wired) carryFiles(ctx context.Context, again time.Duration) {
	for {
		done, err := i.Files.Carry(ctx)
		if done.Moved > 0 {
			i.Log.Info("files of the folder were moved into the bucket", "files", done.Moved)
		}
		if err == nil || ctx.Err() != nil {
			if len(done.Damaged) > 0 {
				i.Log.Error("files of the folder are damaged, and stay there", "files", done.Damaged)
			}
			return
		}
		i.Log.Warn("files of the folder cannot be moved into the bucket yet", "again_in", again, "error", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(again):
		}
	}
}
