// SPDX-License-Identifier: Apache-2.0
// One bounded HTTPS request at a time, over libcurl, which is loaded when the first request is made: a
// frc that talks to nobody does not pay for it.
#ifndef FRC_RUNTIME_NET_HTTP_H
#define FRC_RUNTIME_NET_HTTP_H

#include "base/str.h"

typedef enum HttpFault {
    HTTP_FINE,
    HTTP_NO_LIBRARY, // libcurl is not there
    HTTP_BAD_URL,    // not https, nor http to this machine
    HTTP_CONNECT,    // name, connection, reset: worth another try
    HTTP_TIMEOUT,
    HTTP_TLS,
    HTTP_TOO_LARGE, // the reply or its headers
    HTTP_SHORT,     // ended before it was whole
    HTTP_REDIRECT,
    HTTP_PROTOCOL, // not HTTP
    HTTP_CANCELLED,
    HTTP_NO_MEMORY,
} HttpFault;

typedef struct HttpRequest {
    const char *url;
    const char *const *headers; // "Name: value", NUL-terminated, without line breaks
    u32 n_headers;
    Str body;             // empty: GET, else POST
    const char *ca_file;  // NULL: the system's
    f64 connect_s, total_s;
    f64 first_s, idle_s; // until the body begins; from piece to piece of it. 0: only total_s counts
    size_t max_body, max_headers; // bytes
    const volatile int *cancel;   // polled at least once a second; NULL allowed
    void (*progress)(void *ctx, size_t received);
    // Each piece of the body of an answer 200, as it comes; it may fail by longjmp. False: no more is
    // wanted, which is no fault. NULL allowed.
    bool (*piece)(void *ctx, Str bytes);
    void *ctx;
} HttpRequest;

typedef struct HttpResponse {
    HttpFault fault;
    char error[256]; // in words; empty when fine
    u32 status;
    Str body; // in the heap of the client, freed with it; empty unless fine
    char content_type[128];
    f64 retry_after_s; // < 0: not given, or not understood
} HttpResponse;

typedef struct Http Http;

// Never fails but for memory: a missing libcurl is told by the first request.
Http *http_create(Heap *heap);
void http_destroy(Http *http); // NULL allowed
// Never follows a redirect, never asks for compression, always verifies TLS.
void http_send(Http *http, const HttpRequest *request, HttpResponse *out);

// https://..., or http:// to localhost, 127.x.x.x or [::1]; no user, query or fragment. Otherwise a
// sentence that says why not; NULL: fine.
const char *http_check_url(const char *url);
bool http_url_is_local(const char *url);
const char *http_fault_text(HttpFault fault);

#endif
