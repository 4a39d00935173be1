#include "augment/augment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "augment/resample.h"
#include "base/random.h"
#include "lithe/error.h"

namespace lithe::augment {

using network::Argument;
using network::Declaration;
using network::Type;

namespace {

constexpr std::size_t kLine = 64;          // scratch is divided at cache lines
constexpr double kMostPixels = 4096;       // of a shift, a crop, a sigma
constexpr std::size_t kMostSide = 16'384;  // of an image: places are 32-bit numbers of 256ths

std::size_t round_up(std::size_t bytes) { return (bytes + kLine - 1) / kLine * kLine; }

Argument probability(const char* fallback) {
  return {"p", "probability that it is done", Type::number, fallback, 0, 1};
}

Frame make_frame(const std::vector<std::size_t>& shape) {
  if (shape.size() < 2 || shape.size() > 3)
    throw Error(
        ErrorKind::usage,
        fmt::format("augmentation changes images, and an example is {}", Shape{shape}.to_string()),
        "augment", "data of height x width, or height x width x channels");
  const Frame frame{shape[0], shape[1], shape.size() == 3 ? shape[2] : 1};
  if (std::max(frame.height, frame.width) > kMostSide)
    throw Error(ErrorKind::usage,
                fmt::format("an image of {} is too large to augment", Shape{shape}.to_string()),
                "augment", fmt::format("at most {0}x{0}", kMostSide));
  return frame;
}

}  // namespace

std::vector<Declaration> declarations() {
  return {
      {"shift",
       "moves the image by whole pixels in both directions",
       {{"pixels", "the largest shift", Type::integer, "2", 0, kMostPixels}, probability("1")}},
      {"rotate",
       "turns the image about its middle",
       {{"degrees", "the largest angle, either way", Type::number, "10", 0, 180},
        probability("1")}},
      {"scale",
       "makes the image larger or smaller",
       {{"share", "by at most this share", Type::number, "0.1", 0, 0.9}, probability("1")}},
      {"shear",
       "slants the image sideways",
       {{"degrees", "the largest angle, either way", Type::number, "10", 0, 80}, probability("1")}},
      {"elastic",
       "moves every pixel a little, neighbours alike: uniform numbers from -1 to 1, blurred and "
       "multiplied (Simard and others, 2003)",
       {{"alpha", "what the blurred numbers are multiplied by, pixels", Type::number, "36", 0, 1e6},
        {"sigma", "standard deviation of the blur, pixels", Type::number, "5", 0.5, kMostPixels}}},
      {"flip", "mirrors left and right", {probability("0.5")}},
      {"vertical_flip", "mirrors top and bottom", {probability("0.5")}},
      {"crop",
       "a square out of the image, anywhere",
       {{"size", "its side in pixels", Type::integer, {}, 1, kMostPixels},
        {"pad", "zeros put around the image before, pixels", Type::integer, "0", 0, kMostPixels}}},
      {"cutout",
       "a square of zeros anywhere, a part of it maybe outside (DeVries and Taylor, 2017)",
       {{"size", "its side in pixels", Type::integer, "8", 1, kMostPixels}}},
      {"noise",
       "adds a normal random number to every value; bytes stay bytes",
       {{"std", "standard deviation, where the network sees values from 0 to 1", Type::number,
         "0.1", 0, 1e6}}}};
}

Augmenter::Augmenter(const Sentence& sentence, const std::vector<std::size_t>& shape,
                     ElementType type, double divisor, std::uint64_t seed)
    : frame_(make_frame(shape)), output_shape_(shape), type_(type), seed_(seed) {
  if (type != ElementType::uint8 && type != ElementType::float32)
    throw Error(ErrorKind::usage,
                fmt::format("augmentation takes bytes or float32 values, and these are {}",
                            type == ElementType::float64 ? "float64" : "integers"),
                "augment", "data of another type");
  Frame frame = frame_;
  for (const Component& step : sentence) {
    if (!is_geometric(step)) {
      pixels_.emplace_back(step, frame, divisor);
      continue;
    }
    if (!pixels_.empty())
      throw Error(ErrorKind::usage,
                  fmt::format("{} changes where things are, and stands behind a step that changes "
                              "values",
                              step.name),
                  "augment", "cutout and noise at the end");
    geometric_.push_back(make_geometric(step, frame));
    frame = geometric_.back().to;
  }
  output_shape_[0] = frame.height, output_shape_[1] = frame.width;
  for (const Component& step : sentence) {
    if (step.name != "elastic") continue;
    if (elastic_)
      throw Error(ErrorKind::usage, "elastic stands twice", "augment", "one, with a larger alpha");
    elastic_.emplace(frame.height, frame.width, step.number("alpha"), step.number("sigma"));
  }
}

std::size_t Augmenter::scratch_bytes() const {
  const std::size_t fields =
      elastic_ ? round_up(2 * output_shape_[0] * elastic_->stride() * sizeof(float)) +
                     round_up(elastic_->scratch_values() * sizeof(float))
               : 0;
  return round_up(bordered_values(frame_) * size_of(type_)) +
         round_up(2 * output_shape_[1] * sizeof(std::int32_t)) + fields;
}

void Augmenter::run(const void* image, void* output, std::uint64_t time, std::uint32_t row,
                    void* scratch) const {
  constexpr int kBlockBits = 26;  // an image uses fewer blocks than 2^26
  Rng rng(seed_, base::make_stream(base::StreamPurpose::augment, row), time << kBlockBits);
  auto* const bytes = static_cast<std::byte*>(scratch);
  if (type_ == ElementType::uint8)
    run_on(static_cast<const std::uint8_t*>(image), static_cast<std::uint8_t*>(output), rng, bytes);
  else
    run_on(static_cast<const float*>(image), static_cast<float*>(output), rng, bytes);
}

template <typename Pixel>
void Augmenter::run_on(const Pixel* image, Pixel* output, Rng& rng, std::byte* scratch) const {
  Affine map;
  Displacements displacements;
  for (const GeometricStep& step : geometric_) {
    if (step.kind == GeometricStep::Kind::elastic) displacements.linear = map;
    map = map.of(step.draw(rng));
  }
  const Frame to{output_shape_[0], output_shape_[1], frame_.channels};
  if (!elastic_ && map.is_whole()) {
    move_whole(image, frame_, output, to, map);
  } else {
    auto* const bordered = reinterpret_cast<Pixel*>(scratch);
    scratch += round_up(bordered_values(frame_) * sizeof(Pixel));
    auto* const places = reinterpret_cast<std::int32_t*>(scratch);
    scratch += round_up(2 * to.width * sizeof(std::int32_t));
    if (elastic_) {
      auto* const x = reinterpret_cast<float*>(scratch);
      auto* const y = x + to.height * elastic_->stride();
      scratch += round_up(2 * to.height * elastic_->stride() * sizeof(float));
      elastic_->draw(rng, x, reinterpret_cast<float*>(scratch));
      elastic_->draw(rng, y, reinterpret_cast<float*>(scratch));
      displacements.x = x, displacements.y = y, displacements.stride = elastic_->stride();
    }
    resample(image, frame_, output, to, map, displacements, bordered, places);
  }
  for (const PixelStep& step : pixels_) step.run(output, rng);
}

}  // namespace lithe::augment
