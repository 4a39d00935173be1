// Moving pictures: in the terminal, as a GIF, as a folder of PNG files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "lithe/environment.h"

namespace lithe::app {

// Frames of one size. A frame of more than 256 colours is given fewer.
class Gif {
 public:
  // Hundredths of a second that each frame is shown; viewers know none below 2.
  explicit Gif(int delay) : delay_(delay) {}

  void add(const Picture& picture);
  bool empty() const { return frames_.empty(); }
  // Plays for ever. Writes atomically; throws Error(io).
  void write(const std::filesystem::path& path) const;

 private:
  struct Frame {
    std::vector<std::uint8_t> indices, palette;  // of 256 colours or fewer, red, green, blue each
  };

  int delay_;
  std::size_t width_ = 0, height_ = 0;
  std::vector<Frame> frames_;
};

// A PNG file.
void write_picture(const std::filesystem::path& path, const Picture& picture);

// The picture in coloured half blocks, two rows of pixels a line, at most `columns` wide, for
// terminals that know 24-bit colours. Drawing it over the one before is the caller's: it ends
// `lines` lines below where it began.
struct TerminalPicture {
  std::string text;
  std::size_t lines = 0;
};
TerminalPicture terminal_picture(const Picture& picture, std::size_t columns);

}  // namespace lithe::app
