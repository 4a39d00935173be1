// What layers that go over an image with a window have in common: reading the sentence, and the
// arithmetic of sizes.
#pragma once

#include "ops/convolution.h"
#include "ops/layer.h"

namespace lithe::ops {

// What comes in, as an image (`dimensions` 2) or a sequence (1); fails where it is neither.
ImageSize read_image(const std::string& layer, const GraphBuilder& builder, std::size_t dimensions);
Shape image_shape(const ImageSize& image, std::size_t dimensions);

// A window of the size that argument `size` says; and the layer's stride and dilation.
Window read_window(const Component& layer, const std::string& size, const GraphBuilder& builder,
                   std::size_t dimensions);
void read_steps(const Component& layer, const GraphBuilder& builder, std::size_t dimensions,
                Window& window);

// The size of what a window that goes over an image puts out (channels as they were); sets the
// window's beginning as `padding` says.
ImageSize slide(const Component& layer, const GraphBuilder& builder, const ImageSize& in,
                Window& window);
// The size of the image of which `in` is what a window puts out.
ImageSize unslide(const Component& layer, const GraphBuilder& builder, const ImageSize& in,
                  Window& window);

}  // namespace lithe::ops
