// The steps that change single values of an image: cutout and noise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "augment/geometry.h"
#include "lithe/component.h"
#include "lithe/rng.h"

namespace lithe::augment {

class PixelStep {
 public:
  // `step` is a cutout or noise; see declarations(). `divisor` as for an Augmenter.
  PixelStep(const Component& step, const Frame& frame, double divisor);

  void run(std::uint8_t* image, Rng& rng) const;
  void run(float* image, Rng& rng) const;

 private:
  template <typename Pixel>
  void cut_out(Pixel* image, Rng& rng) const;
  template <typename Pixel, typename Noise>
  void add_noise(Pixel* image, const Noise* noise, Rng& rng) const;

  Frame frame_;
  std::size_t size_ = 0;             // of a cutout; 0: noise
  std::vector<float> quantiles_;     // of the noise, equally probable
  std::vector<std::int32_t> steps_;  // the same in 256ths, for bytes
};

}  // namespace lithe::augment
