/* An SMTP server that takes every letter and counts: the receiver of the sending benchmarks.

   Usage: sink [--port N] [--delay MS] [--no-pipelining]

   One thread, epoll, Linux. The first line it prints is its port. On SIGTERM it prints one line of JSON and
   ends: letters, recipients, distinct (counted exactly, by the whole address), copies, bytes of bodies,
   faults, seconds from the first letter to the last, letters/s, its own processor seconds. A fault is a line
   that starts with a lone dot and is not the end (RFC 5321 section 4.5.2), or a command it does not know.

   --delay: a reply leaves so long after its command came in; replies to commands that came in together
   leave together. All delays are alike, so the queue of what waits is in order by itself. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { INPUT = 1 << 17, OUTPUT = 1 << 14, LONGEST_LINE = 2048, TO_MOST = 64 };

typedef struct {
    int fd;
    unsigned generation; /* of the slot, so that a reply that waited is not sent to a later connection */
    bool in_body, body_began;
    int recipients, in_length, out_length;
    char to[TO_MOST][321];
    char in[INPUT], out[OUTPUT];
} Talk;

typedef struct {
    double due;
    int slot, length;
    unsigned generation;
} Reply;

enum { SLOTS = 4096, WAITING = 1 << 16 };
static Talk *talks[SLOTS];
static unsigned generations[SLOTS];
static Reply waiting[WAITING]; /* a ring; a reply's bytes lie in its connection's `out`, in order */
static unsigned oldest, newest;
static double delay;
static uint64_t letters, taken, copies, body_bytes, faults;
static double first, last;
static bool over;
static const char *hello = "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 52428800\r\n";

static void die(const char *what) {
    perror(what);
    exit(1);
}

static double now(void) {
    struct timespec moment;
    clock_gettime(CLOCK_MONOTONIC, &moment);
    return moment.tv_sec + moment.tv_nsec / 1e9;
}

/* The addresses seen: open addressing over their hashes, the texts one behind the other in `texts`. */
static struct { uint64_t hash; size_t at; } *table;
static char *texts;
static size_t cells, used, text_used, text_room;

static uint64_t hash_of(const char *text) {
    uint64_t hash = 1469598103934665603u; /* FNV-1a */
    for (; *text; text++) hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash ? hash : 1;
}

static void widen(void) {
    size_t before = cells;
    void *old = table;
    typeof(table) from = table;
    cells = before ? before * 2 : 1 << 16;
    if (!(table = calloc(cells, sizeof *table))) die("calloc");
    for (size_t i = 0; i < before; i++) {
        if (!from[i].hash) continue;
        size_t cell = from[i].hash & (cells - 1);
        while (table[cell].hash) cell = (cell + 1) & (cells - 1);
        table[cell] = from[i];
    }
    free(old);
}

static void note(const char *address) {
    uint64_t hash = hash_of(address);
    if (used * 2 >= cells) widen();
    size_t cell = hash & (cells - 1);
    taken++;
    for (; table[cell].hash; cell = (cell + 1) & (cells - 1))
        if (table[cell].hash == hash && !strcmp(texts + table[cell].at, address)) {
            copies++;
            return;
        }
    size_t size = strlen(address) + 1;
    if (text_used + size > text_room && !(texts = realloc(texts, text_room = 2 * text_room + (1 << 20))))
        die("realloc");
    memcpy(texts + text_used, address, size);
    table[cell].hash = hash;
    table[cell].at = text_used;
    text_used += size;
    used++;
}

static void report(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double cpu = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    double seconds = last - first;
    printf("{\"letters\": %lu, \"recipients\": %lu, \"distinct\": %zu, \"copies\": %lu, \"bytes\": %lu, "
           "\"faults\": %lu, \"seconds\": %.4f, \"rate\": %.1f, \"cpu\": %.3f}\n",
           letters, taken, used, copies, body_bytes, faults, seconds,
           seconds > 0 ? (letters - 1) / seconds : 0.0, cpu);
    fflush(stdout);
}

/* Send what is due of a connection's replies; a reader that does not read is cut off. */
static bool push(Talk *talk, int length) {
    for (int sent = 0; sent < length;) {
        ssize_t n = send(talk->fd, talk->out + sent, length - sent, MSG_NOSIGNAL);
        if (n <= 0) return false;
        sent += n;
    }
    talk->out_length -= length;
    memmove(talk->out, talk->out + length, talk->out_length);
    return true;
}

static bool say(Talk *talk, const char *text) {
    size_t length = strlen(text);
    if (talk->out_length + length > OUTPUT) return false;
    memcpy(talk->out + talk->out_length, text, length);
    talk->out_length += length;
    return true;
}

/* Let the last `length` bytes said go out, now or after the delay. */
static bool leave(Talk *talk, int slot, int length) {
    if (!length) return true;
    if (!delay) return push(talk, length);
    if (newest - oldest == WAITING) return false;
    waiting[newest++ % WAITING] = (Reply){now() + delay, slot, length, generations[slot]};
    return true;
}

/* Return the place of the next "\n." at or after `from`, or `size`. */
static int dot_line(const char *bytes, int from, int size) {
    int i = from;
#ifdef __SSE2__
    const __m128i line = _mm_set1_epi8('\n'), dot = _mm_set1_epi8('.');
    for (; i + 17 <= size; i += 16) {
        __m128i here = _mm_loadu_si128((const __m128i *)(bytes + i));
        __m128i next = _mm_loadu_si128((const __m128i *)(bytes + i + 1));
        int found = _mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(here, line), _mm_cmpeq_epi8(next, dot)));
        if (found) return i + __builtin_ctz(found);
    }
#endif
    for (; i + 1 < size; i++)
        if (bytes[i] == '\n' && bytes[i + 1] == '.') return i;
    return size;
}

static bool letter_ends(Talk *talk) {
    double moment = now();
    if (!letters++) first = moment;
    last = moment;
    for (int i = 0; i < talk->recipients; i++) note(talk->to[i]);
    talk->recipients = 0;
    talk->in_body = false;
    return say(talk, "250 2.0.0 taken\r\n");
}

/* Eat bytes of a body; return how many, where the last few may be left until more come. */
static int body(Talk *talk, const char *bytes, int size, bool *good) {
    if (!talk->body_began) { /* a dot on the first line ends an empty letter */
        if (size < 3 && !memcmp(bytes, ".\r\n", size)) return 0;
        talk->body_began = true;
        if (!memcmp(bytes, ".\r\n", 3)) {
            *good = letter_ends(talk);
            return 3;
        }
        if (bytes[0] == '.' && bytes[1] != '.') faults++;
    }
    for (int at = dot_line(bytes, 0, size); at < size; at = dot_line(bytes, at + 1, size)) {
        if (at + 4 > size) { /* too little to tell; the CR before it stays too */
            int keep = at ? at - 1 : 0;
            body_bytes += keep;
            return keep;
        }
        if (bytes[at + 2] == '\r' && bytes[at + 3] == '\n' && at && bytes[at - 1] == '\r') {
            body_bytes += at + 1;
            *good = letter_ends(talk);
            return at + 4;
        }
        if (bytes[at + 2] != '.') faults++;
    }
    int eaten = size > 2 ? size - 2 : 0; /* CR LF may be the start of the end */
    body_bytes += eaten;
    return eaten;
}

static bool recipient(Talk *talk, const char *line, int length) {
    const char *from = memchr(line, '<', length), *to = memchr(line, '>', length);
    if (!from || !to || to <= from || to - from > 320) return faults++, say(talk, "501 5.1.3 no address\r\n");
    if (talk->recipients == TO_MOST) return say(talk, "452 4.5.3 too many\r\n");
    char *kept = talk->to[talk->recipients++];
    memcpy(kept, from + 1, to - from - 1);
    kept[to - from - 1] = 0;
    return say(talk, "250 2.1.5 ok\r\n");
}

static bool command(Talk *talk, const char *line, int length, bool *bye) {
    if (length >= 8 && !strncasecmp(line, "RCPT TO:", 8)) return recipient(talk, line, length);
    if (length >= 10 && !strncasecmp(line, "MAIL FROM:", 10)) {
        talk->recipients = 0;
        return say(talk, "250 2.1.0 ok\r\n");
    }
    if (length >= 4 && !strncasecmp(line, "DATA", 4)) {
        if (!talk->recipients) return say(talk, "503 5.5.1 no recipient\r\n");
        talk->in_body = true;
        talk->body_began = false;
        return say(talk, "354 go on\r\n");
    }
    if (length >= 4 && !strncasecmp(line, "EHLO", 4)) return say(talk, hello);
    if (length >= 4 && !strncasecmp(line, "HELO", 4)) return say(talk, "250 sink\r\n");
    if (length >= 4 && !strncasecmp(line, "NOOP", 4)) return say(talk, "250 2.0.0 ok\r\n");
    if (length >= 4 && !strncasecmp(line, "RSET", 4)) {
        talk->recipients = 0;
        return say(talk, "250 2.0.0 ok\r\n");
    }
    if (length >= 4 && !strncasecmp(line, "QUIT", 4)) return *bye = true, say(talk, "221 2.0.0 bye\r\n");
    return faults++, say(talk, "500 5.5.1 unknown\r\n");
}

/* Read once and answer all that is whole; false where the connection is to end. */
static bool converse(Talk *talk, int slot) {
    ssize_t n = recv(talk->fd, talk->in + talk->in_length, INPUT - talk->in_length, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (n <= 0) return false;
    talk->in_length += n;
    int at = 0, said = talk->out_length;
    bool good = true, bye = false;
    while (good && !bye && at < talk->in_length) {
        const char *bytes = talk->in + at;
        int left = talk->in_length - at;
        if (talk->in_body) {
            int eaten = body(talk, bytes, left, &good);
            at += eaten;
            if (talk->in_body) break; /* what is left waits for more */
        } else {
            const char *end = memchr(bytes, '\n', left);
            if (!end && left > LONGEST_LINE) return false;
            if (!end) break;
            good = command(talk, bytes, end - bytes, &bye);
            at = end + 1 - talk->in;
        }
    }
    talk->in_length -= at;
    memmove(talk->in, talk->in + at, talk->in_length);
    if (!good || !leave(talk, slot, talk->out_length - said)) return false;
    return !bye || delay; /* after a delayed 221 the client closes */
}

static void hang_up(int slot) {
    close(talks[slot]->fd);
    free(talks[slot]);
    talks[slot] = NULL;
    generations[slot]++;
}

static void greet(int listener, int poll) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK), slot = 0, yes = 1;
    if (fd < 0) return;
    while (slot < SLOTS && talks[slot]) slot++;
    if (slot == SLOTS) {
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    Talk *talk = talks[slot] = calloc(1, sizeof *talk);
    if (!talk) die("calloc");
    talk->fd = fd;
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = slot};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event)) die("epoll_ctl");
    say(talk, "220 sink ESMTP\r\n");
    if (!leave(talk, slot, talk->out_length)) hang_up(slot);
}

static void send_due(void) {
    double moment = now();
    for (; oldest != newest && waiting[oldest % WAITING].due <= moment; oldest++) {
        Reply *reply = &waiting[oldest % WAITING];
        Talk *talk = talks[reply->slot];
        if (talk && generations[reply->slot] == reply->generation && !push(talk, reply->length))
            hang_up(reply->slot);
    }
}

static void set_alarm(int timer) {
    if (oldest == newest) return;
    double due = waiting[oldest % WAITING].due;
    struct itimerspec when = {.it_value = {(time_t)due, (long)((due - (time_t)due) * 1e9) + 1}};
    if (when.it_value.tv_nsec > 999999999) when.it_value.tv_nsec = 999999999;
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
}

static int listening(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof here;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (void *)&here, sizeof here) || listen(fd, 1024)) die("listen");
    getsockname(fd, (void *)&here, &size);
    printf("%d\n", ntohs(here.sin_port));
    fflush(stdout);
    return fd;
}

int main(int count, char **words) {
    int port = 0;
    for (int i = 1; i < count; i++) {
        if (!strcmp(words[i], "--no-pipelining")) hello = "250-sink\r\n250-8BITMIME\r\n250 SIZE 52428800\r\n";
        else if (i + 1 == count) return fprintf(stderr, "sink: %s?\n", words[i]), 64;
        else if (!strcmp(words[i], "--port")) port = atoi(words[++i]);
        else if (!strcmp(words[i], "--delay")) delay = atof(words[++i]) / 1000;
        else return fprintf(stderr, "sink: %s?\n", words[i]), 64;
    }
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    int signals = signalfd(-1, &ends, 0), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    int listener = listening(port), poll = epoll_create1(0);
    enum { LISTENER = SLOTS, SIGNALS, TIMER };
    int fds[] = {listener, signals, timer};
    for (unsigned i = 0; i < 3; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = LISTENER + i};
        if (epoll_ctl(poll, EPOLL_CTL_ADD, fds[i], &event)) die("epoll_ctl");
    }
    struct epoll_event events[256];
    while (!over) {
        int ready = epoll_wait(poll, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            unsigned who = events[i].data.u32;
            uint64_t rang;
            if (who == LISTENER) greet(listener, poll);
            else if (who == SIGNALS) over = true;
            else if (who == TIMER) (void)!read(timer, &rang, sizeof rang);
            else if (talks[who] && !converse(talks[who], who)) hang_up(who);
        }
        if (delay) {
            send_due();
            set_alarm(timer);
        }
    }
    report();
    return 0;
}
