# The two commands are `make train` and `make test`. Each installs what it needs on Debian 12.
build := build/release
lithe := $(build)/bin/lithe
cores := $(shell nproc)
# The core needs nothing beyond Debian; ccache is used where it is there.
launcher := $(if $(shell command -v ccache),-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)

.PHONY: train test build recipes setup setup-test sanitize update-instructions bench-seed bench-deep bench-conv bench-products format check-format check-tidy fuzz install clean

train: setup
	@cmake --preset release $(launcher) -DLITHE_BUILD_TESTS=OFF -DLITHE_BUILD_BENCH=OFF >/dev/null
	@cmake --build --preset release -j$(cores) --target lithe_app
	@scripts/train.sh $(lithe)

test: setup-test build
	@scripts/check-format.sh
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

# Counts the instructions of the gate's runs anew (tests/instructions), and says what moved.
update-instructions: setup-test
	@cmake --preset release $(launcher) -DLITHE_BUILD_TESTS=ON >/dev/null
	@cmake --build --preset release -j$(cores) --target update-instructions

# The seed's workload against NumPy, PyTorch and JAX, in turn; figures and picture in build/bench.
bench-seed: setup-test build
	@bench/peers.sh build/peers
	@python3 bench/seed/run.py --lithe $(lithe) --out build/bench --venv build/peers

# Deeper networks, a tiny one and calls for one example; figures and picture in build/bench.
bench-deep: setup-test build
	@bench/peers.sh build/peers
	@python3 bench/deep/run.py --lithe $(lithe) --bench $(build)/bench/bench_deep --out build/bench \
	  --venv build/peers

# LeNet-5 and a convolution alone, against PyTorch, JAX, dlib and oneDNN; the programs of the peers in
# C++ are built where they are installed.
bench-conv: setup-test build
	@bench/peers.sh build/peers c++
	@cmake --preset release >/dev/null && cmake --build --preset release -j$(cores) --target bench_conv_peers -- -k 0 || \
	  echo "A peer's program does not build here; it is left out"
	@python3 bench/conv/run.py --lithe $(lithe) --bench $(build)/bench/bench_conv --out build/bench \
	  --venv build/peers

# The products alone against OpenBLAS and oneDNN.
bench-products: setup-test build
	@mkdir -p build/bench && $(build)/bench/bench_products --out build/bench

# Every recipe with three seeds, against the score that it promises; models in build/recipes.
recipes: build
	@python3 scripts/recipes.py --lithe $(lithe) --out build/recipes

format:
	@git ls-files --cached --others --exclude-standard '*.h' '*.cc' '*.inc' | xargs clang-format-16 -i

check-format:
	@scripts/check-format.sh

check-tidy: build
	@scripts/check-tidy.sh

# A minute of fuzzing for each reader.
fuzz:
	@cmake --preset fuzz >/dev/null && cmake --build --preset fuzz -j$(cores)
	@for reader in idx safetensors sentence csv npy libsvm image image_cache cifar; do \
	  build/fuzz/fuzz/$${reader}_fuzz -max_total_time=60 fuzz/corpus/$$reader || exit 1; done

install: build
	@cmake --install $(build)

clean:
	rm -rf build
