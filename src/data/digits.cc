#include "data/digits.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/aligned.h"
#include "base/random.h"
#include "base/threads.h"
#include "data/digits_pen.h"
#include "data/digits_raster.h"

namespace lithe::data {

namespace {

constexpr std::size_t kClasses = 10;
constexpr double kPixelDivisor = 255;
constexpr std::size_t kImagesWorthAThread = 16;  // some 0.2 ms, several times what a thread costs
constexpr std::uint32_t kTestStreams = std::uint32_t{1} << 31;

struct Part {
  Part(std::size_t count, std::uint32_t streams)
      : first_stream(streams), pixels(count * kDigitPixels), labels(count) {}

  std::uint32_t first_stream;
  base::AlignedArray<std::uint8_t> pixels;
  base::AlignedArray<std::int32_t> labels;

  // An image depends on nothing but the seed and its number.
  void draw(std::uint64_t seed, std::size_t image) {
    const auto number = first_stream + static_cast<std::uint32_t>(image);
    Dice dice(seed, base::make_stream(base::Use::generate, number));
    const std::size_t digit = dice.below(kClasses);
    labels[image] = static_cast<std::int32_t>(digit);
    const Trace trace = write_digit(digit, dice);
    draw_ink(trace, choose_pen(digit, dice), pixels.data() + image * kDigitPixels);
  }

  Examples view() const {
    return {.features = {.data = pixels.data(),
                         .type = ElementType::uint8,
                         .rows = labels.size(),
                         .columns = kDigitPixels,
                         .row_stride = kDigitPixels,
                         .divisor = kPixelDivisor},
            .labels = labels.data(),
            .classes = kClasses};
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

Dataset generate_digits(std::uint64_t seed, std::size_t train, std::size_t test,
                        std::size_t threads) {
  const auto parts = std::make_shared<Parts>(Part(train, 0), Part(test, kTestStreams));
  if (threads == 0) threads = base::usable_processors();
  threads = std::clamp<std::size_t>((train + test) / kImagesWorthAThread, 1, threads);
  Drawing drawing(seed, *parts, threads);
  base::Team(threads).run(drawing);
  std::vector<std::string> names;
  for (std::size_t digit = 0; digit < kClasses; ++digit) names.push_back(std::to_string(digit));
  return {.name = "digits",
          .shape = {kDigitSide, kDigitSide},
          .class_names = names,
          .train = parts->train.view(),
          .test = parts->test.view(),
          .memory = parts};
}

}  // namespace lithe::data
