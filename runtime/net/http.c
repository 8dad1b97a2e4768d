// SPDX-License-Identifier: Apache-2.0
// libcurl behind a small table of functions found by dlopen. All bounds are ours: the callbacks count
// what comes (curl 7.88's own limits let chunked replies through), the progress callback sees the
// cancel flag. Callbacks must not be left by longjmp, so each runs its allocations under heap_guard.
#include "runtime/net/http.h"

#include "base/number.h"

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include <dlfcn.h>
#include <stdio.h>
#include <strings.h>
#include <time.h>

typedef struct CurlTable {
    CURLcode (*global_init)(long flags);
    CURL *(*easy_init)(void);
    CURLcode (*easy_setopt)(CURL *curl, CURLoption option, ...);
    CURLcode (*easy_perform)(CURL *curl);
    CURLcode (*easy_getinfo)(CURL *curl, CURLINFO info, ...);
    void (*easy_cleanup)(CURL *curl);
    struct curl_slist *(*slist_append)(struct curl_slist *list, const char *text);
    void (*slist_free_all)(struct curl_slist *list);
    time_t (*getdate)(const char *text, const time_t *now);
} CurlTable;

struct Http {
    Heap *heap;
    CurlTable curl;
    bool is_loaded, is_missing;
};

typedef struct Transfer { // what the callbacks share
    Http *http;
    const HttpRequest *request;
    HttpResponse *out;
    StrBuf body;
    size_t header_size;
    const char *piece; // for the guarded append
    size_t piece_len;
    u32 status;      // of the newest status line
    u64 begin_ns, last_ns; // sent; last byte of the body, 0: none yet
    bool too_large, no_memory, is_idle, is_enough;
    bool has_begun; // bytes came; from here on curl's "no memory" is a header line beyond its own bound
} Transfer;

const char *http_fault_text(HttpFault fault) {
    switch (fault) {
    case HTTP_FINE: return "fine";
    case HTTP_NO_LIBRARY: return "libcurl is missing";
    case HTTP_BAD_URL: return "address refused";
    case HTTP_CONNECT: return "no connection";
    case HTTP_TIMEOUT: return "timed out";
    case HTTP_TLS: return "TLS failed";
    case HTTP_TOO_LARGE: return "reply too large";
    case HTTP_SHORT: return "reply cut short";
    case HTTP_REDIRECT: return "redirect refused";
    case HTTP_PROTOCOL: return "not HTTP";
    case HTTP_CANCELLED: return "interrupted";
    case HTTP_NO_MEMORY: return "out of memory";
    }
    return "";
}

// ---- addresses ----

// The host of scheme://host[:port]/path, with the brackets of an IPv6 address.
static Str host_of(const char *url) {
    const char *host = strstr(url, "://");
    host = host ? host + 3 : url;
    size_t len = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
    return (Str){host, (u32)MIN(len, strlen(host))};
}

bool http_url_is_local(const char *url) {
    Str host = host_of(url);
    if (str_equal_z(host, "localhost") || str_equal_z(host, "[::1]"))
        return true; // curl resolves localhost by itself, to this machine only
    // 127.a.b.c and nothing longer: 127.0.0.1.example.org is somebody else.
    u32 dots = 0;
    for (u32 i = 0; i < host.len; i++) {
        if (host.ptr[i] == '.')
            dots++;
        else if (host.ptr[i] < '0' || host.ptr[i] > '9')
            return false;
    }
    return dots == 3 && str_starts(host, STR("127."));
}

const char *http_check_url(const char *url) {
    for (const char *c = url; *c; c++)
        if ((unsigned char)*c <= 0x20 || (unsigned char)*c >= 0x7f)
            return "it holds spaces or characters that an address cannot have";
    if (strpbrk(url, "@?#\\"))
        return "a base address has no user, no query and no fragment; a key belongs in the environment";
    if (host_of(url).len == 0)
        return "it names no host";
    if (strncmp(url, "https://", 8) == 0)
        return NULL;
    if (strncmp(url, "http://", 7) == 0)
        return http_url_is_local(url) ? NULL : "http is for this machine only (127.0.0.1, localhost): use https";
    return "it must begin with https://";
}

// ---- loading ----

// POSIX's way from an object pointer to a function pointer.
static bool load_one(void *library, const char *name, void *slot) {
    void *symbol = dlsym(library, name);
    memcpy(slot, &symbol, sizeof symbol);
    return symbol != NULL;
}

// The library stays loaded: OpenSSL's exit handlers live in it.
static bool http_load(Http *http) {
    if (http->is_loaded || http->is_missing)
        return http->is_loaded;
    http->is_missing = true;
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    CurlTable *t = &http->curl;
    if (!library || !load_one(library, "curl_global_init", &t->global_init) ||
        !load_one(library, "curl_easy_init", &t->easy_init) ||
        !load_one(library, "curl_easy_setopt", &t->easy_setopt) ||
        !load_one(library, "curl_easy_perform", &t->easy_perform) ||
        !load_one(library, "curl_easy_getinfo", &t->easy_getinfo) ||
        !load_one(library, "curl_easy_cleanup", &t->easy_cleanup) ||
        !load_one(library, "curl_slist_append", &t->slist_append) ||
        !load_one(library, "curl_slist_free_all", &t->slist_free_all) ||
        !load_one(library, "curl_getdate", &t->getdate))
        return false;
    if (t->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return false;
    http->is_loaded = true;
    http->is_missing = false;
    return true;
}

Http *http_create(Heap *heap) {
    Http *http = HEAP_NEW(heap, Http, 1);
    http->heap = heap;
    return http;
}

void http_destroy(Http *http) {
    if (http)
        heap_free(http->heap, http);
}

// ---- callbacks ----

static void append_piece(void *ctx) {
    Transfer *transfer = ctx;
    strbuf_add_bytes(&transfer->body, transfer->piece, transfer->piece_len);
    const HttpRequest *request = transfer->request;
    if (request->piece && transfer->status == 200)
        transfer->is_enough = !request->piece(request->ctx, (Str){transfer->piece, (u32)transfer->piece_len});
}

static size_t on_body(char *bytes, size_t size, size_t n, void *ctx) {
    Transfer *transfer = ctx;
    size_t len = size * n;
    if (len > transfer->request->max_body - MIN(transfer->request->max_body, transfer->body.len)) {
        transfer->too_large = true;
        return 0;
    }
    transfer->piece = bytes;
    transfer->piece_len = len;
    if (!heap_guard(transfer->http->heap, append_piece, transfer)) {
        transfer->no_memory = true;
        return 0;
    }
    transfer->last_ns = clock_now_ns();
    if (transfer->request->progress)
        transfer->request->progress(transfer->request->ctx, transfer->body.len);
    return transfer->is_enough ? 0 : len;
}

// The value of "Name: value\r\n" if it has that name.
static bool header_value(Str line, const char *name, char *out, size_t out_size) {
    size_t len = strlen(name);
    if (line.len <= len || line.ptr[len] != ':' || strncasecmp(line.ptr, name, len) != 0)
        return false;
    Str value = {line.ptr + len + 1, line.len - (u32)len - 1};
    while (value.len && (value.ptr[0] == ' ' || value.ptr[0] == '\t'))
        value.ptr++, value.len--;
    while (value.len && (unsigned char)value.ptr[value.len - 1] <= ' ')
        value.len--;
    value.len = MIN(value.len, (u32)out_size - 1);
    memcpy(out, value.ptr, value.len);
    out[value.len] = 0;
    return true;
}

// Seconds or a date; whatever else is as if it were not there.
static f64 read_retry_after(const Http *http, const char *text) {
    f64 seconds;
    if (number_read(str_from(text), &seconds))
        return seconds;
    if (strchr(text, ':') == NULL) // curl's reader of dates takes almost anything
        return -1;
    time_t when = http->curl.getdate(text, NULL);
    if (when == (time_t)-1)
        return -1;
    f64 wait = difftime(when, time(NULL));
    return wait > 0 ? wait : 0;
}

static size_t on_header(char *bytes, size_t size, size_t n, void *ctx) {
    Transfer *transfer = ctx;
    size_t len = size * n;
    transfer->header_size += len;
    if (transfer->header_size > transfer->request->max_headers) {
        transfer->too_large = true;
        return 0;
    }
    Str line = {bytes, (u32)len};
    char value[128];
    const char *space = str_starts(line, STR("HTTP/")) ? memchr(bytes, ' ', len) : NULL;
    if (space && bytes + len - space > 4)
        transfer->status = (u32)(space[1] - '0') * 100 + (u32)(space[2] - '0') * 10 + (u32)(space[3] - '0');
    if (header_value(line, "retry-after", value, sizeof value))
        transfer->out->retry_after_s = read_retry_after(transfer->http, value);
    if (header_value(line, "content-type", value, sizeof value))
        memcpy(transfer->out->content_type, value, sizeof value);
    return len;
}

static int on_progress(void *ctx, curl_off_t total_down, curl_off_t down, curl_off_t total_up, curl_off_t up) {
    (void)total_down, (void)down, (void)total_up, (void)up;
    Transfer *transfer = ctx;
    const HttpRequest *request = transfer->request;
    f64 limit = transfer->last_ns ? request->idle_s : request->first_s;
    u64 since = transfer->last_ns ? transfer->last_ns : transfer->begin_ns;
    transfer->is_idle = limit > 0 && (f64)(clock_now_ns() - since) > limit * 1e9;
    return transfer->is_idle || (request->cancel && *request->cancel);
}

// ---- one request ----

static HttpFault fault_of(CURLcode code, const Transfer *transfer) {
    if (transfer->no_memory)
        return HTTP_NO_MEMORY;
    if (transfer->too_large)
        return HTTP_TOO_LARGE;
    if (transfer->is_enough)
        return HTTP_FINE;
    if (transfer->is_idle)
        return HTTP_TIMEOUT;
    switch ((int)code) {
    case CURLE_OK: return HTTP_FINE;
    case CURLE_ABORTED_BY_CALLBACK: return HTTP_CANCELLED;
    case CURLE_OPERATION_TIMEDOUT: return HTTP_TIMEOUT;
    case CURLE_PARTIAL_FILE: return HTTP_SHORT;
    case CURLE_OUT_OF_MEMORY: return transfer->has_begun ? HTTP_TOO_LARGE : HTTP_NO_MEMORY;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT: return HTTP_BAD_URL;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_USE_SSL_FAILED: return HTTP_TLS;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: return HTTP_PROTOCOL;
    }
    return HTTP_CONNECT;
}

static void set_options(const Http *http, CURL *curl, struct curl_slist *headers, Transfer *transfer, char *message) {
    const CurlTable *t = &http->curl;
    const HttpRequest *request = transfer->request;
    t->easy_setopt(curl, CURLOPT_URL, request->url);
    t->easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    t->easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    t->easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    t->easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    t->easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    t->easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (request->ca_file)
        t->easy_setopt(curl, CURLOPT_CAINFO, request->ca_file);
    if (http_url_is_local(request->url))
        t->easy_setopt(curl, CURLOPT_PROXY, "");
    t->easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    t->easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)(request->connect_s * 1000) + 1);
    t->easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(request->total_s * 1000) + 1);
    t->easy_setopt(curl, CURLOPT_ERRORBUFFER, message);
    t->easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    t->easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    t->easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    t->easy_setopt(curl, CURLOPT_HEADERDATA, transfer);
    t->easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    t->easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
    t->easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    t->easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    if (request->body.len) {
        t->easy_setopt(curl, CURLOPT_POST, 1L);
        t->easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.ptr);
        t->easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
    }
}

static void refuse(HttpResponse *out, HttpFault fault, const char *text) {
    out->fault = fault;
    snprintf(out->error, sizeof out->error, "%s%s%s", http_fault_text(fault), *text ? ": " : "", text);
}

void http_send(Http *http, const HttpRequest *request, HttpResponse *out) {
    *out = (HttpResponse){.retry_after_s = -1, .body = {"", 0}};
    const char *why = http_check_url(request->url);
    if (why) {
        refuse(out, HTTP_BAD_URL, why);
        return;
    }
    CURL *curl = http_load(http) ? http->curl.easy_init() : NULL;
    if (!curl) {
        refuse(out, HTTP_NO_LIBRARY, "install libcurl4");
        return;
    }
    Transfer transfer = {.http = http, .request = request, .out = out, .begin_ns = clock_now_ns()};
    strbuf_init(&transfer.body, http->heap);
    char message[CURL_ERROR_SIZE] = "";
    struct curl_slist *headers = http->curl.slist_append(NULL, "Expect:");
    for (u32 i = 0; i < request->n_headers && headers; i++) {
        struct curl_slist *more = http->curl.slist_append(headers, request->headers[i]);
        transfer.no_memory = transfer.no_memory || !more;
    }
    set_options(http, curl, headers, &transfer, message);
    CURLcode code = headers && !transfer.no_memory ? http->curl.easy_perform(curl) : CURLE_OUT_OF_MEMORY;
    long status = 0, header_size = 0;
    http->curl.easy_getinfo(curl, CURLINFO_HEADER_SIZE, &header_size);
    transfer.has_begun = header_size > 0 || transfer.header_size > 0;
    http->curl.easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    http->curl.easy_cleanup(curl);
    http->curl.slist_free_all(headers);
    out->status = status > 0 && status < 1000 ? (u32)status : 0;
    HttpFault fault = fault_of(code, &transfer);
    if (fault != HTTP_FINE)
        refuse(out, fault,
               transfer.is_idle          ? "the server says nothing more (--call-timeout)"
               : fault == HTTP_TOO_LARGE || fault == HTTP_CANCELLED ? ""
                                                                    : message);
    else if (out->status >= 300 && out->status < 400)
        refuse(out, HTTP_REDIRECT, "the server wants to send us elsewhere; set the address that is meant");
    if (out->fault == HTTP_FINE)
        out->body = transfer.body.len ? strbuf_str(&transfer.body) : STR("");
    else
        strbuf_finish(&transfer.body);
}
