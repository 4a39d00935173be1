// JPEG, by libjpeg-turbo. Turning it upright is left to image_file.cc.
#include <fmt/format.h>
#include <turbojpeg.h>

#include <algorithm>
#include <array>

#include "data/pictures/image_decoder.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

class Jpeg final : public ImageDecoder {
 public:
  Jpeg() : handle_(tjInitDecompress(), &tjDestroy) {
    if (handle_ == nullptr) throw Error(ErrorKind::data, "the JPEG decoder does not start");
  }

  ImageInfo open(FileBytes file, const std::string& name) override {
    int width = 0, height = 0, subsampling = -1;
    file_ = file;
    const int status = tjDecompressHeader3(handle_.get(), file.data(), file.size(), &width, &height,
                                           &subsampling, &space_);
    // Of a subsampling without a name of its own it complains, yet decodes it.
    const bool is_unnamed = width > 0 && height > 0 && space_ >= 0 && subsampling < 0;
    if (status != 0 && !is_unnamed)
      refuse_picture(fmt::format("not a JPEG picture that can be read: {}", message()), name);
    return {static_cast<std::size_t>(std::max(height, 0)),
            static_cast<std::size_t>(std::max(width, 0)),
            space_ == TJCS_GRAY ? std::size_t{1} : std::size_t{3}};
  }

  void read(const std::string& name, Image& to) override {
    const bool inks = space_ == TJCS_CMYK || space_ == TJCS_YCCK;
    if (!inks) return decode(name, to.channels == 1 ? TJPF_GRAY : TJPF_RGB, to, to.pixels);
    std::vector<std::uint8_t> cmyk(to.height * to.width * 4);
    decode(name, TJPF_CMYK, to, cmyk);
    for (std::size_t i = 0; i < to.height * to.width; ++i) mix_inks(&cmyk[4 * i], to, i);
  }

 private:
  std::string message() { return tjGetErrorStr2(handle_.get()); }

  void decode(const std::string& name, int format, const Image& form,
              std::vector<std::uint8_t>& to) {
    // At the first warning it stops, so that the message is that of the first.
    bool is_whole = decode_once(format, form, to, TJFLAG_STOPONWARNING);
    if (!is_whole && is_harmless()) is_whole = decode_once(format, form, to, 0) || is_harmless();
    if (!is_whole)
      refuse_picture(fmt::format("the picture is damaged or cut short: {}", message()), name);
  }

  bool decode_once(int format, const Image& form, std::vector<std::uint8_t>& to, int flags) {
    // The limit is on the passes of a progressive file, whose number a hostile one could drive up.
    return tjDecompress2(handle_.get(), file_.data(), file_.size(), to.data(),
                         static_cast<int>(form.width), 0, static_cast<int>(form.height), format,
                         TJFLAG_LIMITSCANS | flags) == 0;
  }

  // Bytes too many between two segments do no harm, and cameras write some.
  bool is_harmless() {
    return tjGetErrorCode(handle_.get()) == TJERR_WARNING &&
           message().find("extraneous bytes") != std::string::npos;
  }

  // 255 is no ink.
  static void mix_inks(const std::uint8_t* cmyk, Image& to, std::size_t pixel) {
    std::array<std::uint8_t, 3> rgb;
    for (std::size_t c = 0; c < 3; ++c)
      rgb[c] = static_cast<std::uint8_t>((unsigned{cmyk[c]} * cmyk[3] + 127) / 255);
    put_pixel(to, pixel, rgb.data());
  }

  std::unique_ptr<void, int (*)(void*)> handle_;
  FileBytes file_;
  int space_ = -1;
};

}  // namespace

std::unique_ptr<ImageDecoder> make_jpeg_decoder() { return std::make_unique<Jpeg>(); }

}  // namespace lithe::data
