# SPDX-License-Identifier: Apache-2.0
# frc: `make help` lists the targets. One file, not recursive; everything made lies under build/.

config  ?= release
PREFIX  ?= /usr/local
DESTDIR ?=
VERSION := 0.1.0

# ---- what must be there: the one list of Debian 12 packages --------------------------------------
PACKAGES_BUILD := gcc make pkg-config re2c lemon libcurl4-openssl-dev libcjson-dev libfreetype-dev \
                  fonts-dejavu-core libdeflate-dev libvulkan-dev glslc
PACKAGES_RUN   := mesa-vulkan-drivers libvulkan1 libcurl4
# Node may have come another way than from Debian: then Debian's npm cannot be had beside it.
PACKAGES_NODE  := $(shell command -v npm >/dev/null && command -v node >/dev/null || echo nodejs npm)
PACKAGES_TEST  := python3 clang libclang-rt-14-dev $(PACKAGES_NODE) vulkan-validationlayers spirv-tools libpng-dev

# ---- flags ---------------------------------------------------------------------------------------
CC      ?= cc
# -fno-tree-slp-vectorize: at -O3 with FMA, gcc 12 makes vfmaddsub of neighbouring a*b-c, a*b+c although it was
# told not to contract (tests/determinism found it), and other machines would get other bits.
CSTD    := -std=c11 -D_POSIX_C_SOURCE=200809L -ffp-contract=off -fno-tree-slp-vectorize
WARN    := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wvla \
           -Wwrite-strings -Wformat=2 -Wimplicit-fallthrough -Werror
# Generated C is not ours to style; NDEBUG takes Lemon's tracing out.
WARN_GEN := -DNDEBUG -Wall -Wno-unused-parameter -Wno-unused-function -Wno-unused-variable

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
LDLIBS = -lcjson -l:libdeflate.a -l:libfreetype.a -lpng -lz -lbrotlidec -lm -ldl -lpthread

# ---- rooms, low to high: a room may use what stands before it (tests/lint has the finer rules) ---
ROOMS := base lang ir check mesh solid inspect export compiler vk picture net agent cli
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
dir.picture := runtime/picture
dir.net := runtime/net
dir.agent := runtime/agent
dir.cli := runtime/cli

# Generated sources of a room (without .c), built from its grammar, lexer or data.
gen.lang := lexer grammar listing
gen.solid := font
gen.cli := explain
prompts := language-card designer-metrics designer-parts designer-arrangement coder editor inspector
gen.agent := $(foreach p,$(prompts),prompt_$(subst -,_,$(p))) examples

# Vulkan's headers are wanted, not needed: without them pictures are drawn in plain C alone.
HAVE_VULKAN ?= $(shell test -f /usr/include/vulkan/vulkan.h && command -v glslc >/dev/null && echo 1)
shaders := geometry.vert geometry.frag shadow.vert glass.frag classify.comp split.comp shade.comp floor.comp resolve.comp
gen.vk := font
ifeq ($(HAVE_VULKAN),1)
EXTRA_CFLAGS += -DFRC_HAVE_VULKAN=1
gen.vk := font $(foreach s,$(shaders),shader_$(subst .,_,$(s)))
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
# What a room may use (tests/lint/includes has the same list).
deps.base :=
deps.lang := base
deps.ir := base
deps.check := base lang ir
deps.mesh := base
deps.solid := base ir mesh
deps.inspect := base ir mesh solid
deps.export := base ir mesh solid inspect
deps.compiler := base lang ir check mesh solid inspect export
deps.net := base
deps.vk := base mesh
deps.picture := $(deps.compiler) compiler vk
deps.agent := $(deps.picture) picture net
deps.cli := $(deps.agent) agent
define unit_rules
unit.$(1) := $$(patsubst %.c,$(B)/%,$$(wildcard tests/unit/$(1)/*.c))
$$(unit.$(1)): $(B)/tests/unit/$(1)/%: tests/unit/$(1)/%.c $(foreach r,$(1) $(deps.$(1)),$(B)/lib/$(r).a)
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

# ---- data in the binary --------------------------------------------------------------------------
# gen.ROOM objects may also be NAME.S files in build/gen: made from data by .incbin.
$(B)/obj/gen/%.o: $(GEN)/%.S
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -c $< -o $@

# $(call embed,SYMBOL,FILE): assembler text with SYMBOL_begin and SYMBOL_end around the file's bytes.
embed = printf '.section .rodata\n.global $(1)_begin, $(1)_end\n.balign 16\n$(1)_begin:\n.incbin "%s"\n$(1)_end:\n.byte 0\n.section .note.GNU-stack,"",%%progbits\n' $(2)

# The grammar without its actions: what `frc grammar` prints is made from it.
$(GEN)/listing.txt: lang/grammar.y
	@mkdir -p $(GEN)
	@lemon -g $< > $@
$(GEN)/listing.S: $(GEN)/listing.txt
	@$(call embed,frc_grammar,$(GEN)/listing.txt) > $@

$(GEN)/explain.md: $(sort $(wildcard spec/diagnostics/*.md))
	@mkdir -p $(GEN)
	@cat $^ > $@
$(GEN)/explain.S: $(GEN)/explain.md
	@$(call embed,frc_explain,$(GEN)/explain.md) > $@

# What is said to models: prompts/NAME.md as frc_prompt_NAME, and all examples in one text.
define prompt_rules
$(GEN)/prompt_$(subst -,_,$(1)).S: prompts/$(1).md
	@mkdir -p $(GEN)
	@$$(call embed,frc_prompt_$(subst -,_,$(1)),prompts/$(1).md) > $$@
$(B)/obj/gen/prompt_$(subst -,_,$(1)).o: prompts/$(1).md
endef
$(foreach p,$(prompts),$(eval $(call prompt_rules,$(p))))
$(GEN)/examples.txt: $(sort $(wildcard examples/*.part))
	@mkdir -p $(GEN)
	@for f in $^; do echo "=== $$(basename $$f .part)"; cat $$f; done > $@
$(GEN)/examples.S: $(GEN)/examples.txt
	@$(call embed,frc_examples,$(GEN)/examples.txt) > $@

# The font of text(...), so that no machine's own fonts matter (Debian's fonts-dejavu-core).
FONT := /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf
$(GEN)/font.S: $(FONT)
	@mkdir -p $(GEN)
	@$(call embed,frc_font,$(FONT)) > $@
$(B)/obj/compiler/solid/text.o $(B)/obj/vk/canvas.o: EXTRA_CFLAGS += $(shell pkg-config --cflags-only-I freetype2)

# Shaders: SPIR-V made by glslc, in the binary as frc_NAME_begin .. frc_NAME_end.
define shader_rules
$(GEN)/$(1).spv: vk/shaders/$(1) $(wildcard vk/shaders/*.glsl)
	@mkdir -p $(GEN)
	@echo "glslc $$<"
	@glslc -O --target-env=vulkan1.3 -Werror $$< -o $$@
$(GEN)/shader_$(subst .,_,$(1)).S: $(GEN)/$(1).spv
	@$$(call embed,frc_$(subst .,_,$(1)),$(GEN)/$(1).spv) > $$@
endef
$(foreach s,$(shaders),$(eval $(call shader_rules,$(s))))

# ---- set-up: apt, on Debian and its kin ----------------------------------------------------------
missing = $(shell for p in $(1); do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q '^install ok' || echo $$p; done)
SUDO = $(shell [ "$$(id -u)" = 0 ] || echo sudo)
define apt_install
@need='$(call missing,$(1))'; if [ -n "$$need" ]; then \
  command -v apt-get >/dev/null || { echo "please install: $$need"; exit 1; }; \
  echo "installing $$need"; $(SUDO) apt-get update -qq && \
  DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends $$need >build/apt.log 2>&1 || \
  { tail -5 build/apt.log; exit 1; }; fi
endef
setup:
	@mkdir -p build
	$(call apt_install,$(PACKAGES_BUILD) $(PACKAGES_RUN))
setup-test: setup
	$(call apt_install,$(PACKAGES_TEST))
	@$(MAKE) --no-print-directory build/npm/.done
build/npm/.done: tests/npm/package.json tests/npm/package-lock.json
	@mkdir -p build/npm
	@cp $^ build/npm/
	@cd build/npm && npm ci --silent --no-audit --no-fund
	@touch $@

# ---- what people run -----------------------------------------------------------------------------
demo: setup
	@$(MAKE) --no-print-directory -j2 build/release/frc config=release
	@mkdir -p build/demo
	@build/release/frc examples/chair.part -o build/demo/chair.glb
	@build/release/frc report examples/chair.part | head -4
	@echo "the chair: build/demo/chair.glb (drop it on any glTF viewer)"
	@build/release/frc render examples/chair.part -o build/demo/chair.png && \
	  echo "its contact sheets: build/demo/chair.png and build/demo/chair-parts.png" || \
	  echo "no picture; the model is whole all the same"

# Unit tests run under the sanitizers; everything else against the release binary.
test: setup-test
	@$(MAKE) --no-print-directory -j2 build/release/frc build/release/bench/trees config=release
	@$(MAKE) --no-print-directory -j2 unit-binaries frc-sanitize fuzz-binaries fault-binaries config=sanitize
	@tests/run
.PHONY: unit-binaries frc-sanitize fuzz-binaries
unit-binaries: $(unit_all)
frc-sanitize: $(B)/frc

# tests/fuzz/NAME.c with LLVMFuzzerTestOneInput: replayed by a plain main, or fuzzed with config=fuzz.
fuzz_all := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(filter-out tests/fuzz/replay_main.c,$(wildcard tests/fuzz/*.c)))
fuzz-binaries: $(fuzz_all)
$(fuzz_all): $(B)/fuzz/%: tests/fuzz/%.c tests/fuzz/replay_main.c $(foreach r,$(filter-out cli,$(ROOMS)),$(B)/lib/$(r).a)
	@mkdir -p $(@D)
	@echo "ld  $@"
ifeq ($(config),fuzz)
	@$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LDLIBS)
else
	@$(CC) $(ALL_CFLAGS) -o $@ $< tests/fuzz/replay_main.c -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LDLIBS)
endif

# tests/faults/NAME.c: drivers that make things fail; they print "N passed, N failed".
faults_all := $(patsubst tests/faults/%.c,$(B)/faults/%,$(wildcard tests/faults/*.c))
.PHONY: fault-binaries
fault-binaries: $(faults_all) $(B)/faults/broken
# The program with a kernel that never passes its own check.
$(B)/faults/broken: tests/faults/broken/kernel.c $(foreach room,$(ROOMS),$(B)/lib/$(room).a)
	@mkdir -p $(@D)
	@echo "ld  $@"
	@$(CC) $(ALL_CFLAGS) $(WARN) -o $@ -Wl,--wrap=mesh_boolean $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LDLIBS)
$(faults_all): $(B)/faults/%: tests/faults/%.c $(foreach r,$(filter-out cli,$(ROOMS)),$(B)/lib/$(r).a)
	@mkdir -p $(@D)
	@echo "ld  $@"
	@$(CC) $(ALL_CFLAGS) $(WARN) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LDLIBS)

# Lines run by the unit tests, the corpora and the suites that only need the program, for each room.
coverage:
	@$(MAKE) --no-print-directory config=coverage WARN=-w build/coverage/frc unit-binaries fuzz-binaries fault-binaries
	@tests/coverage
.PHONY: coverage

bench: $(B)/frc
	@python3 tests/bench/run
.PHONY: bench-kernel
bench-kernel: $(B)/bench/kernel $(B)/bench/companions $(B)/bench/beside build/npm/.done
	@$(B)/bench/kernel
	@tests/bench/kernel.py --kernel $(B)/bench/kernel $(BENCH_FLAGS)
	@$(B)/bench/companions
	@tests/bench/companions.py --beside $(B)/bench/beside
.PHONY: bench-render
bench-render: $(B)/frc
	@python3 tests/bench/render.py
$(B)/bench/%: tests/bench/%.c $(foreach r,base ir mesh,$(B)/lib/$(r).a)
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LDLIBS)

install: $(B)/frc
	@install -Dm755 $(B)/frc $(DESTDIR)$(PREFIX)/bin/frc
	@install -Dm644 LICENSE NOTICE -t $(DESTDIR)$(PREFIX)/share/doc/frc
	@install -Dm644 /usr/share/doc/fonts-dejavu-core/copyright $(DESTDIR)$(PREFIX)/share/doc/frc/font-copyright
uninstall:
	@rm -rf $(DESTDIR)$(PREFIX)/bin/frc $(DESTDIR)$(PREFIX)/share/doc/frc

format:
	@clang-format -i $$(git ls-files '*.c' '*.h')
lint:
	@for t in tests/lint/*; do [ -x $$t ] && $$t; done
clean:
	@rm -rf build

help:
	@echo "make               build frc into build/release/frc (config=debug|sanitize|tsan|coverage|fuzz)"
	@echo "make demo          set up, build, compile an example to build/demo/"
	@echo "make test          set up, build, run all suites (minutes)"
	@echo "make setup         install what the build needs, through apt"
	@echo "make unit-ROOM     the unit tests of one room: $(ROOMS)"
	@echo "make bench         time and memory against peers; bench-render: of pictures"
	@echo "make bench-kernel  BENCH_FLAGS=--quick|--most; FRC_BENCH_MANIFOLD=PREFIX of a native Manifold, if any"
	@echo "make install       PREFIX=$(PREFIX) DESTDIR="
	@echo "make format lint clean"
