// Random changes of images, written as a sentence: "shift(2) -> rotate(10) -> cutout(8)".
//
//   an image -> one resampling (all geometric steps) -> cutout, noise -> an image
//
// The geometric steps are composed into one map from places in the result to places in the image,
// which is then read once, bilinearly: chains do not blur, and cost as much as one step. Outside
// the image there is 0. An elastic step displaces what the steps after it read; because its field
// is the same everywhere and in all directions, it is drawn where the result is. Every random
// number is a function of the seed, a time and the image's row: the same bits on any number of
// threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "augment/elastic.h"
#include "augment/geometry.h"
#include "augment/pixels.h"
#include "lithe/component.h"
#include "lithe/dataset.h"
#include "network/declaration.h"

namespace lithe::augment {

std::vector<network::Declaration> declarations();

class Augmenter {
 public:
  // `shape`: height x width, or height x width x channels. `type`: uint8 or float32. A value v
  // enters the network as v / divisor, which is what noise is measured in. Throws Error(usage) for
  // another shape or type, and for steps that do not go together.
  Augmenter(const Sentence& sentence, const std::vector<std::size_t>& shape, ElementType type,
            double divisor, std::uint64_t seed);

  // Another one than `shape` where a crop makes it so.
  const std::vector<std::size_t>& output_shape() const { return output_shape_; }
  std::size_t scratch_bytes() const;

  // Writes the image of row `row` as it is to be seen at `time` (a step of the training). Image and
  // output have their values one behind the other; scratch lies on a cache line.
  void run(const void* image, void* output, std::uint64_t time, std::uint32_t row,
           void* scratch) const;

 private:
  template <typename Pixel>
  void run_on(const Pixel* image, Pixel* output, Rng& rng, std::byte* scratch) const;

  Frame frame_;
  std::vector<std::size_t> output_shape_;
  ElementType type_;
  std::uint64_t seed_;
  std::vector<GeometricStep> geometric_;
  std::vector<PixelStep> pixels_;
  std::optional<ElasticField> elastic_;
};

}  // namespace lithe::augment
