// WebP, by libwebp: lossy, lossless, and the first frame of an animation. Transparent parts show a
// white page.
#include <webp/decode.h>
#include <webp/demux.h>

#include <algorithm>

#include "data/pictures/image_decoder.h"

namespace lithe::data {

namespace {

// Where the first frame lies on the page, and its own file.
struct Frame {
  FileBytes file;
  std::size_t top, left, height, width;
};

class Webp final : public ImageDecoder {
 public:
  ImageInfo open(FileBytes file, const std::string& name) override {
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(file.data(), file.size(), &features) != VP8_STATUS_OK)
      refuse_picture("not a WebP picture that can be read", name);
    file_ = file;
    animated_ = features.has_animation != 0;
    return {static_cast<std::size_t>(std::max(features.height, 0)),
            static_cast<std::size_t>(std::max(features.width, 0)), 3};
  }

  void read(const std::string& name, Image& to) override {
    const Frame frame = animated_ ? first_frame(name, to) : Frame{file_, 0, 0, to.height, to.width};
    std::vector<std::uint8_t> rgba(frame.height * frame.width * 4);
    if (WebPDecodeRGBAInto(frame.file.data(), frame.file.size(), rgba.data(), rgba.size(),
                           static_cast<int>(4 * frame.width)) == nullptr)
      refuse_picture("the picture is damaged or cut short", name);
    std::ranges::fill(to.pixels, std::uint8_t{255});
    for (std::size_t y = 0; y < frame.height; ++y)
      for (std::size_t x = 0; x < frame.width; ++x)
        lay(&rgba[4 * (y * frame.width + x)], to, (frame.top + y) * to.width + frame.left + x);
  }

 private:
  // The demuxer checks that the frame lies on the page; nothing is written where it does not.
  Frame first_frame(const std::string& name, const Image& page) const {
    const WebPData data{file_.data(), file_.size()};
    const std::unique_ptr<WebPDemuxer, void (*)(WebPDemuxer*)> demuxer(WebPDemux(&data),
                                                                       &WebPDemuxDelete);
    WebPIterator found;
    if (demuxer == nullptr || WebPDemuxGetFrame(demuxer.get(), 1, &found) == 0)
      refuse_picture("the animation is damaged or cut short", name);
    const auto number = [](int value) { return static_cast<std::size_t>(std::max(value, 0)); };
    const Frame frame{{found.fragment.bytes, found.fragment.size},
                      number(found.y_offset),
                      number(found.x_offset),
                      number(found.height),
                      number(found.width)};
    const bool whole = found.complete != 0;
    WebPDemuxReleaseIterator(&found);
    if (!whole || frame.top + frame.height > page.height || frame.left + frame.width > page.width)
      refuse_picture("the animation is damaged or cut short", name);
    return frame;
  }

  static void lay(const std::uint8_t* rgba, Image& to, std::size_t pixel) {
    std::uint8_t rgb[3];
    const unsigned alpha = rgba[3];
    for (std::size_t c = 0; c < 3; ++c)
      rgb[c] = static_cast<std::uint8_t>((rgba[c] * alpha + 255 * (255 - alpha) + 127) / 255);
    put_pixel(to, pixel, rgb);
  }

  FileBytes file_;
  bool animated_ = false;
};

}  // namespace

std::unique_ptr<ImageDecoder> make_webp_decoder() { return std::make_unique<Webp>(); }

}  // namespace lithe::data
