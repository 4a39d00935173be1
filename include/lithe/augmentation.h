// Random changes of images, outside of a training: to look at them, or to make data of them. A
// training takes the sentence itself (TrainOptions::augment).
//
//   const lithe::Augmentation augmentation("shift(2) -> rotate(10)", {28, 28});
//   const std::vector<std::uint8_t> changed = augmentation.apply(pixels);
//
// The same seed, step and row give the same change, to the bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lithe {

class Augmentation {
 public:
  // `shape`: of an image, {height, width} or {height, width, channels}. `divisor`: what its values
  // are divided by before a network sees them, which is the unit of `noise`. Throws Error(sentence)
  // for a sentence that `lithe list augmentations` does not allow, and Error(usage) for another
  // shape and for steps that cannot be combined.
  Augmentation(const std::string& sentence, const std::vector<std::size_t>& shape,
               double divisor = 255, std::uint64_t seed = 1);
  Augmentation(Augmentation&&) noexcept;
  Augmentation& operator=(Augmentation&&) noexcept;
  ~Augmentation();

  // The shape of the result, which a crop changes.
  const std::vector<std::size_t>& output_shape() const;

  // The image as row `row` of the data is changed at step `step`. Throws Error(usage) for an image
  // of another size.
  std::vector<std::uint8_t> apply(std::span<const std::uint8_t> image, std::uint64_t step = 0,
                                  std::uint32_t row = 0) const;
  std::vector<float> apply(std::span<const float> image, std::uint64_t step = 0,
                           std::uint32_t row = 0) const;

 private:
  struct Augmenters;
  std::unique_ptr<Augmenters> augmenters_;
};

}  // namespace lithe
