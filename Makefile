# The two commands are `make train` and `make test`. Each first installs the Debian packages that it
# needs and that are missing, with apt-get: as root, or through sudo (scripts/setup.sh).
build := build/release
lithe := $(build)/bin/lithe
cores := $(shell nproc)
# The core needs nothing beyond Debian; ccache is used where it is there, which may be only after
# `setup-test`, and has a folder that it can write.
launcher = $(if $(shell mkdir -p "$$(ccache -k cache_dir 2>&-)" 2>&- && echo yes),-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)

.PHONY: train test build recipes rl-recipes torture setup setup-test setup-fuzz setup-arm sanitize test-arm wheel test-python update-instructions update-digests bench-peers benchmarks bench-seed bench-deep bench-conv bench-sequences bench-rl bench-rl-peers bench-products bench-doctor rl-peers format check-format check-tidy fuzz install clean

train: setup
	@cmake --preset release $(launcher) -DLITHE_BUILD_TESTS=OFF -DLITHE_BUILD_BENCH=OFF >/dev/null
	@cmake --build --preset release -j$(cores) --target lithe_app
	@scripts/train.sh $(lithe)

test: setup-test build
	@scripts/check-format.sh
	@scripts/check-tidy.py
	@ctest --test-dir $(build) --output-on-failure -j$(cores)

build:
	@cmake --preset release $(launcher) -DLITHE_BUILD_TESTS=ON -DLITHE_BUILD_BENCH=ON >/dev/null
	@cmake --build --preset release -j$(cores)

setup:
	@scripts/setup.sh build

setup-test:
	@scripts/setup.sh test

# Every test again under the address, undefined-behaviour and thread sanitizers.
sanitize: setup-test
	@for preset in asan tsan; do \
	  cmake --preset $$preset $(launcher) >/dev/null && cmake --build --preset $$preset -j$(cores) && \
	  ctest --test-dir build/$$preset --output-on-failure -j$(cores) || exit 1; done

# The kernels, plans and trainings on aarch64 (NEON): cross-compiled, in qemu's emulation, which takes
# some minutes; and that short trainings come to the digests of x86 (tests/digests). SVE is left out.
arm_tests := cpu activations losses kernels plan ops optimizers
test-arm: setup-arm
	@cmake --preset arm $(launcher) >/dev/null
	@cmake --build --preset arm -j$(cores) --target $(arm_tests:%=test_%) test_train lithe_app
	@for folder in $(arm_tests); do qemu-aarch64 build/arm/tests/test_$$folder --gtest_brief=1 || exit 1; done
	@qemu-aarch64 build/arm/tests/test_train --gtest_brief=1 --gtest_filter='*ConvolutionForms*'
	@python3 tests/digests/digests.py --lithe build/arm/bin/lithe --emulator qemu-aarch64

# The Python package as a wheel, in build/wheels; `test-python` tests it with every CPython here.
wheel: setup-test
	@python3 python/test.py --wheel build/wheels
test-python: setup-test
	@python3 python/test.py

# Counts the instructions of the gate's runs anew (tests/instructions), and says what moved.
update-instructions: setup-test
	@cmake --preset release $(launcher) -DLITHE_BUILD_TESTS=ON >/dev/null
	@cmake --build --preset release -j$(cores) --target update-instructions

# Stores anew what short, fixed trainings come to (tests/digests), and says which of them moved.
update-digests: setup-test
	@cmake --preset release $(launcher) -DLITHE_BUILD_TESTS=ON >/dev/null
	@cmake --build --preset release -j$(cores) --target update-digests

# The peers of `lithe bench`: what they need is installed, those in C++ are built; one that cannot be
# had is named and left out.
bench-peers: setup-test build
	@bench/peers.sh build/peers
	@cmake --preset release >/dev/null && cmake --build --preset release -j$(cores) --target bench_peers -- -k 0 || \
	  echo "A peer's program does not build here; it is left out"

# Everything that is claimed, against every peer that is there, in three rounds (about 40 minutes);
# writes docs/benchmarks.md with its JSON and picture, and the table in README.md. On a quiet machine.
# PYTHON names one more that has peers, such as PyTorch 2 for torch.compile.
benchmarks: build
	@$(lithe) bench seed deep conv --blas all --minutes 60 $(PYTHON:%=--python %) --document docs/benchmarks.md --readme README.md

# The same for sequences, and tables with categories; writes docs/benchmarks-sequences.md.
bench-sequences: build
	@$(lithe) bench sequences --minutes 60 $(PYTHON:%=--python %) --document docs/benchmarks-sequences.md

# Parts of it; figures, tables and a picture in build/bench.
bench-seed bench-deep bench-conv: build
	@$(lithe) bench $(@:bench-%=%) --out build/bench/$(@:bench-%=%)

# What learning from rewards must reach, with the peers that are there; writes docs/benchmarks-rl.md
# with its JSON and picture. On a quiet machine. RL adds options, such as RL=--all for the long rows.
bench-rl: build bench-rl-peers
	@$(lithe) bench rl --document docs/benchmarks-rl.md $(RL)

# Gymnasium, and Stable-Baselines3 where PyTorch is at hand: PYTHON names a Python that has it.
bench-rl-peers:
	@bench/rl/peers.sh build/rl-peers $(PYTHON)

# The products alone against OpenBLAS, oneDNN and LIBXSMM.
bench-products: setup-test build
	@mkdir -p build/bench && $(build)/bench/bench_products --out build/bench

# Whether what `lithe doctor` prints against old kernels makes NumPy faster by the factor it names.
bench-doctor: setup-test build
	@LITHE=$(lithe) python3 bench/doctor_remedy.py || [ $$? = 77 ]

# Gymnasium and dm_control into build/rl-peers: with them, `make test` compares environments live.
rl-peers: setup-test
	@tests/environments/peers.sh build/rl-peers

# Kills trainings at random moments, resumes them, and compares; KILLS says how often each.
KILLS ?= 500
torture: build
	@tests/torture/torture.py --lithe $(lithe) --kills $(KILLS)

# Every recipe with three seeds, against the score that it promises; models in build/recipes.
recipes: build
	@python3 scripts/recipes.py --lithe $(lithe) --out build/recipes

# The same of those that learn from rewards; RL names some of them.
rl-recipes: build
	@python3 scripts/recipes.py --lithe $(lithe) --recipes recipes/rl --out build/recipes $(RL)

format:
	@git ls-files --cached --others --exclude-standard '*.h' '*.cc' '*.inc' | xargs clang-format-16 -i

check-format:
	@scripts/check-format.sh

check-tidy:
	@scripts/check-tidy.py

# A minute of fuzzing for each reader; FUZZ_SECONDS changes how long. What is found anew stays in
# build/fuzz/found, and the committed corpus as it is.
FUZZ_SECONDS ?= 60
fuzz: setup-fuzz
	@cmake --preset fuzz $(launcher) >/dev/null && cmake --build --preset fuzz -j$(cores)
	@for program in build/fuzz/fuzz/*_fuzz; do \
	  reader=$$(basename $$program _fuzz); mkdir -p build/fuzz/found/$$reader; \
	  dict=build/fuzz/fuzz/$$reader.dict; [ -f $$dict ] && dict=-dict=$$dict || dict=; \
	  $$program $$dict -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=build/fuzz/found/ build/fuzz/found/$$reader fuzz/corpus/$$reader || exit 1; done

setup-arm:
	@scripts/setup.sh arm

setup-fuzz:
	@scripts/setup.sh fuzz

install: build
	@cmake --install $(build)

clean:
	rm -rf build
