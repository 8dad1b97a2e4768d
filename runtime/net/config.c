// SPDX-License-Identifier: Apache-2.0
// Finding the model server. A key is never taken from the command line (any user can read that) and
// not from a file that others may read.
#include "runtime/net/config.h"

#include "base/file.h"
#include "base/number.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CONFIG_SIZE_MAX = 64 << 10, KEY_MAX = 4096, OLLAMA_PORT = 11434 };

typedef struct ConfigPair {
    Str name, value;
} ConfigPair;

typedef struct ConfigSource {
    Arena *arena;
    ConfigPair *pairs; // of the file
    u32 n_pairs;
} ConfigSource;

static Status fail(NetError *error, Status status, const char *fmt, const char *detail) {
    *error = (NetError){.text = ""};
    snprintf(error->text, sizeof error->text, "%s%s", fmt, detail);
    return status;
}

// ---- the file ----

static Str trimmed(Str s) {
    while (s.len && (unsigned char)s.ptr[0] <= ' ')
        s.ptr++, s.len--;
    while (s.len && (unsigned char)s.ptr[s.len - 1] <= ' ')
        s.len--;
    if (s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
        s.ptr++, s.len -= 2;
    return s;
}

// Lines `NAME = value`, named as in the environment; # begins a comment line.
static void parse_file(ConfigSource *source, Str text) {
    u32 n_lines = 1;
    for (u32 i = 0; i < text.len; i++)
        n_lines += text.ptr[i] == '\n';
    source->pairs = ARENA_NEW(source->arena, ConfigPair, n_lines);
    while (text.len) {
        const char *end = memchr(text.ptr, '\n', text.len);
        u32 len = end ? (u32)(end - text.ptr) : text.len;
        Str line = trimmed((Str){text.ptr, len});
        const char *equals = line.len ? memchr(line.ptr, '=', line.len) : NULL;
        if (equals && line.ptr[0] != '#') {
            u32 at = (u32)(equals - line.ptr);
            source->pairs[source->n_pairs++] =
                (ConfigPair){trimmed((Str){line.ptr, at}), trimmed((Str){equals + 1, line.len - at - 1})};
        }
        u32 step = MIN(len + 1, text.len);
        text.ptr += step, text.len -= step;
    }
}

static const char *file_path(Arena *arena) {
    const char *path = getenv("FRC_CONFIG");
    if (path && *path)
        return path;
    const char *base = getenv("XDG_CONFIG_HOME");
    if (base && *base)
        return str_format(arena, "%s/frc/config", base).ptr;
    const char *home = getenv("HOME");
    return home && *home ? str_format(arena, "%s/.config/frc/config", home).ptr : NULL;
}

static Status read_file(ConfigSource *source, NetError *error) {
    const char *path = file_path(source->arena);
    struct stat info;
    if (!path || stat(path, &info) != 0)
        return STATUS_OK;
    if (info.st_mode & 077)
        return fail(error, STATUS_USAGE, "others may read the configuration file: chmod 600 ", path);
    Str text;
    const char *why;
    Status status = file_read(source->arena, path, CONFIG_SIZE_MAX, &text, &why);
    if (status != STATUS_OK)
        return fail(error, STATUS_IO, "the configuration file can't be read: ", why);
    parse_file(source, text);
    return STATUS_OK;
}

// The environment, then the file; NULL: neither, or empty.
static const char *lookup(const ConfigSource *source, const char *name) {
    const char *value = getenv(name);
    if (value && *value)
        return value;
    for (u32 i = source->n_pairs; i-- > 0;)
        if (str_equal_z(source->pairs[i].name, name) && source->pairs[i].value.len)
            return str_to_z(source->arena, source->pairs[i].value);
    return NULL;
}

// ---- who ----

typedef struct Provider { // a row per way to be configured, in order
    Dialect dialect;
    const char *key_name, *url_name;
    const char *default_url;
} Provider;

static const Provider providers[] = {
    {DIALECT_CHAT, "OPENAI_API_KEY", "OPENAI_BASE_URL", "https://api.openai.com/v1"},
    {DIALECT_MESSAGES, "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "https://api.anthropic.com/v1"},
    {DIALECT_OLLAMA, NULL, "OLLAMA_HOST", "http://127.0.0.1:11434"},
    {DIALECT_CHAT, "OPENROUTER_API_KEY", NULL, "https://openrouter.ai/api/v1"},
};

static bool serves(const Provider *provider, Dialect dialect) {
    return provider->dialect == dialect || (provider->dialect == DIALECT_CHAT && dialect == DIALECT_RESPONSES);
}

// OLLAMA_HOST may be a host, a port or both, and 0.0.0.0 as seen from the server.
static const char *ollama_url(Arena *arena, const char *host) {
    if (strstr(host, "://"))
        return host;
    if (host[0] == ':')
        return str_format(arena, "http://127.0.0.1%s", host).ptr;
    const char *port = strchr(host, ':');
    int len = (int)(port ? (size_t)(port - host) : strlen(host));
    if (len == 7 && strncmp(host, "0.0.0.0", 7) == 0)
        return str_format(arena, "http://127.0.0.1%s", port ? port : ":11434").ptr;
    return str_format(arena, "http://%.*s%s", len, host, port ? port : ":11434").ptr;
}

// Whether somebody listens on Ollama's port, within 200 ms.
static bool ollama_listens(void) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        return false;
    struct timeval limit = {0, 200000};
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(OLLAMA_PORT)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool ok = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    return ok;
}

static const Provider *find_provider(const ConfigSource *source, bool has_dialect, Dialect dialect) {
    for (u32 i = 0; i < COUNT_OF(providers); i++) {
        const Provider *provider = &providers[i];
        if (has_dialect && !serves(provider, dialect))
            continue;
        if ((provider->key_name && lookup(source, provider->key_name)) || (provider->url_name && lookup(source, provider->url_name)))
            return provider;
    }
    for (u32 i = 0; i < COUNT_OF(providers); i++)
        if ((has_dialect && serves(&providers[i], dialect)) ||
            (!has_dialect && providers[i].dialect == DIALECT_OLLAMA && ollama_listens()))
            return &providers[i];
    return NULL;
}

static f64 price(const ConfigSource *source, const char *name) {
    const char *text = lookup(source, name);
    f64 value;
    return text && number_read(str_from(text), &value) && value >= 0 ? value : -1;
}

static bool key_is_sound(const char *key) {
    for (const char *c = key; *c; c++)
        if ((unsigned char)*c <= 0x20 || (unsigned char)*c >= 0x7f)
            return false;
    return strlen(key) <= KEY_MAX;
}

// No core file may hold the key, no other process of the user may read it from memory, and no child
// inherits it.
static void protect_keys(void) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    unsetenv("FRC_API_KEY");
    for (u32 i = 0; i < COUNT_OF(providers); i++)
        if (providers[i].key_name)
            unsetenv(providers[i].key_name);
}

static const char no_server[] =
    "no model to ask: set OPENAI_API_KEY, ANTHROPIC_API_KEY or OPENROUTER_API_KEY (and FRC_MODEL), or start Ollama; "
    "OPENAI_BASE_URL names any other server that speaks chat/completions";

static Status choose(const ConfigFlags *flags, const ConfigSource *source, ModelConfig *out, NetError *error) {
    const char *name = flags->provider ? flags->provider : lookup(source, "FRC_PROVIDER");
    if (name && !dialect_find(name, &out->dialect))
        return fail(error, STATUS_USAGE, "--provider is openai, responses, anthropic or ollama, not ", name);
    const char *url = flags->base_url ? flags->base_url : lookup(source, "FRC_BASE_URL");
    const char *key = lookup(source, "FRC_API_KEY");
    const Provider *provider = find_provider(source, name || url || key, name ? out->dialect : DIALECT_CHAT);
    if (!provider)
        return fail(error, STATUS_NETWORK, no_server, "");
    if (!name)
        out->dialect = provider->dialect;
    if (!url && provider->url_name)
        url = lookup(source, provider->url_name);
    if (url && out->dialect == DIALECT_OLLAMA)
        url = ollama_url(source->arena, url);
    if (!url)
        url = provider->default_url;
    if (!key && provider->key_name)
        key = lookup(source, provider->key_name);
    Str trimmed_url = str_from(url);
    while (trimmed_url.len && trimmed_url.ptr[trimmed_url.len - 1] == '/')
        trimmed_url.len--;
    out->base_url = str_to_z(source->arena, trimmed_url);
    out->key = key ? str_to_z(source->arena, str_from(key)) : NULL;
    if (!key && out->dialect != DIALECT_OLLAMA && !http_url_is_local(url))
        return fail(error, STATUS_NETWORK, no_server, "");
    return STATUS_OK;
}

static Status check(const ModelConfig *config, NetError *error) {
    const char *why = http_check_url(config->base_url);
    if (why)
        return fail(error, STATUS_USAGE, "the address of the model server is refused: ", why);
    if (config->key && !key_is_sound(config->key))
        return fail(error, STATUS_USAGE, "the key holds spaces, line breaks or other characters that no key has", "");
    if (!config->model)
        return fail(error, STATUS_USAGE, "which model? --model NAME, or FRC_MODEL", "");
    return STATUS_OK;
}

Status config_read(const ConfigFlags *flags, Arena *arena, ModelConfig *out, NetError *error) {
    *out = (ModelConfig){.price_input = -1, .price_output = -1, .connect_s = 10, .total_s = 600, .idle_s = 120, .time_scale = 1};
    *error = (NetError){.text = ""};
    ConfigSource source = {.arena = arena};
    Status status = read_file(&source, error);
    if (status == STATUS_OK)
        status = choose(flags, &source, out, error);
    if (status != STATUS_OK)
        return status;
    const char *model = flags->model ? flags->model : lookup(&source, "FRC_MODEL");
    if (!model && http_url_is_local(out->base_url) && out->dialect != DIALECT_OLLAMA)
        model = "default"; // a local server has one model, whatever it is called
    const char *inspector = flags->inspector_model ? flags->inspector_model : lookup(&source, "FRC_INSPECTOR_MODEL");
    out->model = model ? str_to_z(arena, str_from(model)) : NULL;
    out->inspector_model = inspector ? str_to_z(arena, str_from(inspector)) : out->model;
    out->ca_file = lookup(&source, "FRC_CA_FILE");
    out->price_input = flags->has_price_input ? flags->price_input : price(&source, "FRC_PRICE_INPUT");
    out->price_output = flags->has_price_output ? flags->price_output : price(&source, "FRC_PRICE_OUTPUT");
    if (flags->call_timeout_s > 0)
        out->total_s = flags->call_timeout_s;
    if (flags->time_scale > 0)
        out->time_scale = flags->time_scale;
    out->connect_s = MIN(out->connect_s, out->total_s);
    protect_keys();
    return check(out, error);
}
