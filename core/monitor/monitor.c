/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The monitor thread: waits for the kernel's events and looks at volumes. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "kernel_log/kernel_log.h"
#include "log/log.h"
#include "monitor/device_mapper.h"
#include "monitor/look.h"
#include "monitor/monitor.h"
#include "monitor/schedule.h"

/* A list of devices that failed is asked for again after this time; it may have hidden an event. */
#define LIST_RETRY_MS 500

/* A look that is older than this is repeated when a client asks. */
#define REFRESH_MS 1000

/* A thread that hangs in the kernel is not waited for longer. */
#define STOP_TIMEOUT_MS 500

struct monitor {
	struct device_mapper device_mapper;
	struct devices *devices;
	struct kernel_log log; /* the thread's own */
	pthread_t thread;
	int wake;              /* eventfd: main thread to monitor */
	int news;              /* eventfd: monitor to main thread */
	struct event *on_news; /* in the main thread's loop */
	void (*told)(void *context);
	void *context;
	_Atomic bool is_stopping;
	_Atomic bool is_paused;
	_Atomic bool is_in_kernel;
	/* The thread's own. */
	bool is_dirty;        /* an event may have come that no list has told of yet */
	bool has_list_failed; /* the latest did, and that is logged */
};

static void drain(int descriptor)
{
	uint64_t count;

	while (read(descriptor, &count, sizeof(count)) < 0 && errno == EINTR)
		;
}

static void signal_descriptor(int descriptor)
{
	static const uint64_t one = 1;

	/* It fails only where the counter is full, and then it is readable all the same. */
	while (write(descriptor, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

/*
 * Arms first and lists then: an event between the two makes the descriptor readable again. A
 * device that had more events than when last seen gets a look.
 */
static void note_events(struct monitor *monitor)
{
	struct device_mapper_events events;
	int result = device_mapper_arm(&monitor->device_mapper);

	if (result == 0)
		result = device_mapper_list(&events);
	if (result < 0) {
		if (!monitor->has_list_failed)
			log_warn("cannot list device-mapper's events: %s; trying again",
				strerror(-result));
		monitor->has_list_failed = monitor->is_dirty = true;
		return;
	}
	monitor->has_list_failed = monitor->is_dirty = false;
	schedule_note_events(monitor->devices, &events);
	free(events.list);
}

/* Milliseconds until something is due; -1: never. */
static int time_to_wait_ms(const struct monitor *monitor)
{
	int64_t next_ms = schedule_next_ms(monitor->devices);
	int64_t wait_ms = next_ms < 0 ? -1 : next_ms - schedule_clock_ms();

	if (next_ms >= 0 && wait_ms < 0)
		wait_ms = 0;
	if (monitor->is_dirty && wait_ms > LIST_RETRY_MS)
		wait_ms = LIST_RETRY_MS;
	return wait_ms > 3600 * 1000 ? 3600 * 1000 : (int)wait_ms;
}

/* Nothing but this asks the kernel. */
static void look(struct monitor *monitor, bool has_events)
{
	monitor->is_in_kernel = true;
	/* The thread that pauses this one sees it in the kernel, or is seen here. */
	if (!monitor->is_paused) {
		if (has_events)
			note_events(monitor);
		if (look_at_due(monitor->devices, &monitor->log, monitor->device_mapper.has_events,
			    &monitor->is_stopping))
			signal_descriptor(monitor->news);
	}
	monitor->is_in_kernel = false;
}

static void *run(void *argument)
{
	struct monitor *monitor = argument;
	struct pollfd polled[] = {
		{.fd = monitor->wake, .events = POLLIN},
		/* Without event polling the descriptor would say nothing: looks are timed then. */
		{.fd = -1, .events = POLLIN},
	};

	while (!monitor->is_stopping) {
		bool is_watching = monitor->device_mapper.has_events &&
				   schedule_next_ms(monitor->devices) >= 0;
		bool is_paused = monitor->is_paused;
		int ready;

		/*
		 * While nothing is watched the events are not polled. So the list of devices is
		 * read when watching begins again.
		 */
		monitor->is_dirty |= is_watching && polled[1].fd < 0;
		/* Where it could not be armed it stays readable: it is tried again in a while. */
		polled[1].fd = is_watching && !monitor->has_list_failed
				       ? monitor->device_mapper.events
				       : -1;
		polled[1].revents = 0;
		ready = is_paused ? poll(polled, 1, -1) : poll(polled, 2, time_to_wait_ms(monitor));
		if (ready > 0 && polled[0].revents)
			drain(monitor->wake);
		look(monitor,
			is_watching && (monitor->is_dirty || (ready > 0 && polled[1].revents)));
	}
	return NULL;
}

static void on_news(evutil_socket_t descriptor, short what, void *context)
{
	struct monitor *monitor = context;

	(void)what;
	drain(descriptor);
	monitor->told(monitor->context);
}

static void monitor_free(struct monitor *monitor)
{
	if (monitor->on_news)
		event_free(monitor->on_news);
	if (monitor->wake >= 0)
		close(monitor->wake);
	if (monitor->news >= 0)
		close(monitor->news);
	if (monitor->device_mapper.events >= 0)
		device_mapper_close(&monitor->device_mapper);
	kernel_log_close(&monitor->log);
	free(monitor);
}

/* No signal is delivered to the thread: all are the main thread's. */
static int start_thread(struct monitor *monitor)
{
	sigset_t all, former;
	int result;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &former);
	result = pthread_create(&monitor->thread, NULL, run, monitor);
	pthread_sigmask(SIG_SETMASK, &former, NULL);
	return -result;
}

static int set_up(struct monitor *monitor, struct event_base *base, struct lvmpolld_error *error)
{
	int result = device_mapper_open(&monitor->device_mapper, error);

	if (result < 0)
		return result;
	monitor->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	monitor->news = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (monitor->wake < 0 || monitor->news < 0)
		return error_set(
			error, errno, "cannot make an event descriptor: %s", strerror(errno));
	monitor->on_news = event_new(base, monitor->news, EV_READ | EV_PERSIST, on_news, monitor);
	if (!monitor->on_news || event_add(monitor->on_news, NULL) < 0)
		return error_set(error, ENOMEM, "out of memory");
	result = start_thread(monitor);
	if (result < 0)
		return error_set(
			error, -result, "cannot start the monitor thread: %s", strerror(-result));
	return 0;
}

struct monitor *monitor_start(struct event_base *base, struct devices *devices,
	const struct kernel_log *log, void (*told)(void *context), void *context,
	struct lvmpolld_error *error)
{
	struct monitor *monitor = calloc(1, sizeof(*monitor));

	if (!monitor) {
		error_set(error, ENOMEM, "out of memory");
		return NULL;
	}
	monitor->device_mapper.events = monitor->wake = monitor->news = -1;
	monitor->devices = devices;
	monitor->log = *log;
	monitor->told = told;
	monitor->context = context;
	if (set_up(monitor, base, error) == 0)
		return monitor;
	monitor_free(monitor);
	return NULL;
}

void monitor_watch(struct monitor *monitor, struct device *device)
{
	devices_lock(monitor->devices);
	devices_watch_locked(monitor->devices, device);
	devices_unlock(monitor->devices);
	signal_descriptor(monitor->wake);
}

void monitor_unwatch(struct monitor *monitor, struct device *device)
{
	if (!monitor)
		return;
	devices_lock(monitor->devices);
	devices_unwatch_locked(monitor->devices, device);
	devices_unlock(monitor->devices);
}

void monitor_refresh(struct monitor *monitor, struct device *device)
{
	struct device_watch *watch = &device->watch;
	bool is_wanted;

	devices_lock(monitor->devices);
	is_wanted = watch->is_watched && !watch->is_look_wanted &&
		    schedule_clock_ms() - watch->last_look_ms >= REFRESH_MS;
	watch->is_look_wanted |= is_wanted;
	devices_unlock(monitor->devices);
	if (is_wanted)
		signal_descriptor(monitor->wake);
}

void monitor_note_copying(struct monitor *monitor, struct device *device)
{
	devices_lock(monitor->devices);
	/* A look has shown something else meanwhile, and is not read yet. */
	device->watch.is_copying = !device->watch.has_news;
	devices_unlock(monitor->devices);
}

void monitor_set_command(struct monitor *monitor, struct device *device, bool is_running)
{
	devices_lock(monitor->devices);
	device->watch.has_command = is_running;
	if (is_running)
		device->watch.is_copying = false;
	devices_unlock(monitor->devices);
	if (is_running)
		signal_descriptor(monitor->wake);
}

bool monitor_pause(struct monitor *monitor, bool is_paused)
{
	monitor->is_paused = is_paused;
	if (!is_paused)
		signal_descriptor(monitor->wake);
	return !monitor->is_in_kernel;
}

bool monitor_stop(struct monitor *monitor)
{
	struct timespec deadline;

	monitor->is_stopping = true;
	signal_descriptor(monitor->wake);
	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_nsec += STOP_TIMEOUT_MS * 1000000L;
	deadline.tv_sec += deadline.tv_nsec / 1000000000L;
	deadline.tv_nsec %= 1000000000L;
	if (pthread_timedjoin_np(monitor->thread, NULL, &deadline) != 0) {
		log_warn("device-mapper does not answer: the monitor thread is not waited for");
		event_free(monitor->on_news);
		monitor->on_news = NULL;
		return false;
	}
	monitor_free(monitor);
	return true;
}
