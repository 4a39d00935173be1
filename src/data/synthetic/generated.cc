#include "data/synthetic/generated.h"

#include <algorithm>
#include <memory>

#include "base/aligned.h"
#include "base/random.h"
#include "base/threads.h"

namespace lithe::data {

namespace {

constexpr double kPixelDivisor = 255;
constexpr std::size_t kImagesWorthAThread = 16;  // some 0.2 ms, several times what a thread costs
constexpr std::uint32_t kTestStreams = std::uint32_t{1} << 31;
constexpr int kFamilyShift = 48;  // of a seed

struct Part {
  Part(const Generator& g, std::size_t count, std::uint32_t streams)
      : generator(g), first_stream(streams), pixels(count * g.side * g.side), labels(count) {}

  Generator generator;
  std::uint32_t first_stream;
  base::AlignedArray<std::uint8_t> pixels;
  base::AlignedArray<std::int32_t> labels;

  void draw(std::uint64_t seed, std::size_t image) {
    const auto number = first_stream + static_cast<std::uint32_t>(image);
    Rng rng(seed ^ generator.family << kFamilyShift,
            base::make_stream(base::StreamPurpose::generate, number));
    std::uint8_t* const to = pixels.data() + image * generator.side * generator.side;
    labels[image] = static_cast<std::int32_t>(generator.draw(image, rng, to));
  }

  Examples view() const {
    const std::size_t columns = generator.side * generator.side;
    return {.features = {.data = pixels.data(),
                         .type = ElementType::uint8,
                         .rows = labels.size(),
                         .columns = columns,
                         .row_stride = columns,
                         .divisor = kPixelDivisor},
            .labels = labels.data(),
            .classes = generator.class_names.size()};
  }
};

struct Parts {
  Part train, test;
};

class Drawing final : public base::TeamWork {
 public:
  Drawing(std::uint64_t seed, Parts& parts, std::size_t threads)
      : seed_(seed), parts_(parts), threads_(threads) {}

  void run(std::size_t thread) override {
    for (Part* part : {&parts_.train, &parts_.test}) {
      const std::size_t count = part->labels.size();
      const std::size_t end = count * (thread + 1) / threads_;
      for (std::size_t i = count * thread / threads_; i < end; ++i) part->draw(seed_, i);
    }
  }

 private:
  std::uint64_t seed_;
  Parts& parts_;
  std::size_t threads_;
};

}  // namespace

Dataset generate(const Generator& generator, std::uint64_t seed, std::size_t train,
                 std::size_t test, std::size_t threads) {
  const auto parts =
      std::make_shared<Parts>(Part(generator, train, 0), Part(generator, test, kTestStreams));
  if (threads == 0) threads = base::usable_processors();
  threads = std::clamp<std::size_t>((train + test) / kImagesWorthAThread, 1, threads);
  Drawing drawing(seed, *parts, threads);
  base::Team(threads).run(drawing);
  return {.name = generator.name,
          .shape = {generator.side, generator.side},
          .class_names = generator.class_names,
          .train = parts->train.view(),
          .test = parts->test.view(),
          .memory = parts,
          .resize = generator.resize};
}

}  // namespace lithe::data
