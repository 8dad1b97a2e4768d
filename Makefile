# SPDX-License-Identifier: Apache-2.0
# frc: `make help` lists the targets. One file, not recursive; everything made lies under build/.

config  ?= release
PREFIX  ?= /usr/local
DESTDIR ?=
VERSION := 0.1.0

# ---- what must be there: the one list of Debian 12 packages --------------------------------------
PACKAGES_BUILD := gcc make pkg-config re2c lemon libcurl4-openssl-dev libcjson-dev libfreetype-dev \
                  fonts-dejavu-core libdeflate-dev libvulkan-dev libvulkan-volk-dev glslc
PACKAGES_RUN   := mesa-vulkan-drivers libvulkan1 libcurl4
PACKAGES_TEST  := python3 clang libclang-rt-14-dev nodejs npm vulkan-validationlayers spirv-tools libpng-dev

# ---- flags ---------------------------------------------------------------------------------------
CC      ?= cc
CSTD    := -std=c11 -D_POSIX_C_SOURCE=200809L -ffp-contract=off
WARN    := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wvla \
           -Wwrite-strings -Wformat=2 -Wimplicit-fallthrough -Werror
# Generated C is not ours to style.
WARN_GEN := -Wall -Wno-unused-parameter -Wno-unused-function -Wno-unused-variable

SANITIZERS := address,undefined,float-cast-overflow,float-divide-by-zero
opt.release  := -O2 -g1
opt.debug    := -O0 -g
opt.sanitize := -O1 -g -fsanitize=$(SANITIZERS) -fno-sanitize-recover=all -fno-omit-frame-pointer
opt.tsan     := -O1 -g -fsanitize=thread
opt.coverage := -O0 -g --coverage
opt.fuzz     := -O1 -g -fsanitize=fuzzer-no-link,$(SANITIZERS) -fno-sanitize-recover=all
ifeq ($(config),fuzz)
CC := clang
endif

B   := build/$(config)
GEN := build/gen
ALL_CFLAGS = $(CSTD) $(opt.$(config)) -I. -I$(GEN) -pthread -DFRC_VERSION='"$(VERSION)"' $(EXTRA_CFLAGS)
LDLIBS = -lm -ldl -lpthread

# ---- rooms, low to high: a room may use what stands before it (tests/lint has the finer rules) ---
ROOMS := base lang ir check mesh solid inspect export compiler net agent vk cli
dir.base := base
dir.lang := lang
dir.ir := compiler/ir
dir.check := compiler/check
dir.mesh := compiler/mesh
dir.solid := compiler/solid
dir.inspect := compiler/inspect
dir.export := compiler/export
dir.compiler := compiler
dir.vk := vk
dir.net := runtime/net
dir.agent := runtime/agent
dir.cli := runtime/cli

# Generated sources of a room (without .c), built from its grammar, lexer or data.
gen.lang := lexer grammar

# Vulkan's headers are wanted, not needed: without them the compiler is whole and `frc render` says why not.
HAVE_VULKAN := $(shell test -f /usr/include/volk.h -o -f /usr/include/volk/volk.h && command -v glslc >/dev/null && echo 1)
ifeq ($(HAVE_VULKAN),1)
EXTRA_CFLAGS += -DFRC_HAVE_VULKAN=1
endif

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all demo test check-quick setup setup-test install uninstall clean help bench lint format
all: $(B)/frc

# objects.ROOM, archive.ROOM
define room_rules
objects.$(1) := $$(patsubst %.c,$(B)/obj/%.o,$$(wildcard $(dir.$(1))/*.c)) \
                $$(patsubst %,$(B)/obj/gen/%.o,$$(gen.$(1)))
$(B)/lib/$(1).a: $$(objects.$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	@ar rcsD $$@ $$^
endef
$(foreach room,$(ROOMS),$(eval $(call room_rules,$(room))))

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo "cc  $<"
	@$(CC) $(ALL_CFLAGS) $(WARN) -MMD -MP -c $< -o $@

$(B)/obj/gen/%.o: $(GEN)/%.c
	@mkdir -p $(@D)
	@echo "cc  $<"
	@$(CC) $(ALL_CFLAGS) $(WARN_GEN) -MMD -MP -c $< -o $@

# ---- generated code ------------------------------------------------------------------------------
$(GEN)/lexer.c: lang/lexer.re
	@mkdir -p $(GEN)
	@echo "re2c $<"
	@re2c -W -Werror --no-generation-date --no-version $< -o $@

# Lemon leaves an unchanged .h alone: touch it, or the rule would run for ever.
$(GEN)/grammar.c $(GEN)/grammar.h &: lang/grammar.y
	@mkdir -p $(GEN)
	@echo "lemon $<"
	@lemon -q -c -d$(GEN) lang/grammar.y
	@touch $(GEN)/grammar.c $(GEN)/grammar.h
# Whoever reads the token numbers must wait for them.
$(objects.lang): | $(GEN)/grammar.h

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

$(B)/frc: $(foreach room,$(ROOMS),$(B)/lib/$(room).a)
	@echo "ld  $@"
	@$(CC) $(ALL_CFLAGS) -o $@ -Wl,--start-group $^ -Wl,--end-group $(LDLIBS)

# ---- unit tests: tests/unit/ROOM/NAME.c links its room and what lies below ------------------------
rooms_upto = $(if $(filter $(1),$(firstword $(2))),$(1),$(firstword $(2)) $(call rooms_upto,$(1),$(wordlist 2,99,$(2))))
define unit_rules
unit.$(1) := $$(patsubst %.c,$(B)/%,$$(wildcard tests/unit/$(1)/*.c))
$$(unit.$(1)): $(B)/tests/unit/$(1)/%: tests/unit/$(1)/%.c $(foreach r,$(call rooms_upto,$(1),$(ROOMS)),$(B)/lib/$(r).a)
	@mkdir -p $$(@D)
	@echo "ld  $$@"
	@$(CC) $$(ALL_CFLAGS) $(WARN) -MMD -MP -MF $$@.d -o $$@ $$< -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $$(LDLIBS)
.PHONY: unit-$(1)
unit-$(1): $$(unit.$(1))
	@for t in $$^; do $$$$t || exit 1; done
endef
$(foreach room,$(ROOMS),$(eval $(call unit_rules,$(room))))
unit_all := $(foreach room,$(ROOMS),$(unit.$(room)))
.PHONY: unit
unit: $(unit_all) ; @for t in $^; do $$t || exit 1; done
