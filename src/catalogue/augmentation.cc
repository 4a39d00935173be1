#include "lithe/augmentation.h"

#include <fmt/format.h>

#include "augment/augment.h"
#include "base/aligned.h"
#include "catalogue/catalogue.h"
#include "lithe/error.h"
#include "network/bind.h"

namespace lithe {

namespace {

template <typename T>
std::vector<T> run(const augment::Augmenter& augmenter, std::size_t values,
                   std::span<const T> image, std::uint64_t step, std::uint32_t row) {
  if (image.size() != values)
    throw Error(ErrorKind::usage,
                fmt::format("an image of {} values, where {} are expected", image.size(), values),
                "Augmentation::apply", "an image of the shape that the augmentation was made for");
  std::vector<T> result(Shape{augmenter.output_shape()}.size());
  base::AlignedArray<std::byte> scratch(augmenter.scratch_bytes());
  augmenter.run(image.data(), result.data(), step, row, scratch.data());
  return result;
}

}  // namespace

// One for each type of pixels.
struct Augmentation::Augmenters {
  Augmenters(const Sentence& sentence, const std::vector<std::size_t>& shape, double divisor,
             std::uint64_t seed)
      : values(Shape{shape}.size()),
        bytes(sentence, shape, ElementType::uint8, divisor, seed),
        floats(sentence, shape, ElementType::float32, divisor, seed) {}

  std::size_t values;
  augment::Augmenter bytes, floats;
};

Augmentation::Augmentation(const std::string& sentence, const std::vector<std::size_t>& shape,
                           double divisor, std::uint64_t seed)
    : augmenters_(std::make_unique<Augmenters>(
          network::read_sentence(sentence, network::Category::augmentation, catalogue::catalogue()),
          shape, divisor, seed)) {}
Augmentation::Augmentation(Augmentation&&) noexcept = default;
Augmentation& Augmentation::operator=(Augmentation&&) noexcept = default;
Augmentation::~Augmentation() = default;

const std::vector<std::size_t>& Augmentation::output_shape() const {
  return augmenters_->bytes.output_shape();
}

std::vector<std::uint8_t> Augmentation::apply(std::span<const std::uint8_t> image,
                                              std::uint64_t step, std::uint32_t row) const {
  return run(augmenters_->bytes, augmenters_->values, image, step, row);
}

std::vector<float> Augmentation::apply(std::span<const float> image, std::uint64_t step,
                                       std::uint32_t row) const {
  return run(augmenters_->floats, augmenters_->values, image, step, row);
}

}  // namespace lithe
