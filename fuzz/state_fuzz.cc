// Feeds the reader of a training's state anything at all, and a state in which bytes are changed
// but its digest is right, so that what lies behind the digest is reached. It may refuse with
// lithe::Error and then nothing has changed; what it accepts goes on.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "base/digest.h"
#include "io/safetensors.h"
#include "lithe/error.h"
#include "lithe/trainer.h"
#include "require.h"

namespace {

using Bytes = std::vector<std::uint8_t>;

class File {
 public:
  File() : number_(memfd_create("fuzz", 0)) { require(number_ >= 0); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { close(number_); }
  std::string path() const { return "/proc/self/fd/" + std::to_string(number_); }
  void write_all(const Bytes& bytes) const {
    require(write(number_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }

 private:
  int number_;
};

template <typename Check>
bool accepted(const Check& check) {
  try {
    check();
    return true;
  } catch (const lithe::Error& error) {
    require(!error.problem().empty());
    return false;
  }
}

// A training of a few steps, on data that stay.
struct Training {
  std::vector<float> points = {0.1f, 0.9f, -0.3f, 0.5f, 0.7f, -0.2f, 0.4f, 0.6f};
  std::vector<std::int32_t> classes = {0, 1, 0, 1};
  lithe::Examples examples =
      lithe::Examples::classification(lithe::Features::of(points, 4, 2), classes, 2);
  lithe::Model model{lithe::Network::parse("input(2) -> dense(3, tanh) -> dense(2)")};
  lithe::Trainer trainer{model,
                         examples,
                         examples,
                         {.loss = "cross_entropy",
                          .optimizer = "adam(plateau(0.01))",
                          .average = "ema(0.9)",
                          .batch = 2,
                          .epochs = 3,
                          .threads = 1,
                          .validation = 0.5,
                          .patience = 2}};
};

Bytes made_state() {
  const std::string path = "/tmp/lithe-state-fuzz-" + std::to_string(getpid());
  Training training;
  training.trainer.run_epoch();
  training.trainer.save_state(path);
  Bytes bytes;
  FILE* from = std::fopen(path.c_str(), "rb");
  require(from != nullptr);
  for (int letter; (letter = std::fgetc(from)) != EOF;)
    bytes.push_back(static_cast<std::uint8_t>(letter));
  std::fclose(from);
  unlink(path.c_str());
  return bytes;
}

// The digest of digests at the end of a state, as src/train/state_file.cc makes it.
void mend_digest(Bytes& bytes) {
  accepted([&] {
    const auto file = lithe::io::parse_safetensors(bytes, "fuzz");
    std::vector<std::uint64_t> digests;
    for (const auto& tensor : file.tensors())
      if (tensor.name != "digest") digests.push_back(lithe::base::digest_of(tensor.bytes));
    const std::uint64_t digest = lithe::base::digest_of(
        std::span(reinterpret_cast<const std::uint8_t*>(digests.data()), digests.size() * 8));
    if (bytes.size() >= sizeof digest)
      std::memcpy(bytes.data() + bytes.size() - sizeof digest, &digest, sizeof digest);
  });
}

// Pairs of a place (three bytes) and a value.
void change(Bytes& bytes, std::span<const std::uint8_t> changes) {
  for (; changes.size() >= 4; changes = changes.subspan(4)) {
    const std::size_t place = changes[0] | changes[1] << 8 | changes[2] << 16;
    bytes[place % bytes.size()] = changes[3];
  }
}

void check(const Bytes& bytes) {
  File file;
  file.write_all(bytes);
  accepted([&] { lithe::read_state(file.path()); });
  Training training;
  const auto before = training.model.values("layers.0.weight");
  if (!accepted([&] { training.trainer.load_state(file.path()); })) {
    require(training.model.values("layers.0.weight") == before);
    return;
  }
  accepted([&] {
    while (!training.trainer.finished()) training.trainer.run_epoch();
    training.trainer.finish();
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Bytes whole = made_state();
  check(Bytes(data, data + size));
  Bytes changed = whole;
  change(changed, std::span(data, size));
  mend_digest(changed);
  check(changed);
  return 0;
}
