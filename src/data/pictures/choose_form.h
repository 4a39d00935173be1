// The size and the channels that pictures are brought to where nobody says them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "data/pictures/image_cache.h"
#include "data/pictures/image_listing.h"
#include "lithe/images.h"

namespace lithe::data {

// What was chosen, and why it is not simply the form of the pictures.
struct ChosenForm {
  enum class Size : std::uint8_t { own, differ, large };
  ImageForm form;
  Size size = Size::own;
  bool mixed = false;  // grey ones and such in colours

  // As one number, which the cache keeps, and back.
  std::uint64_t reasons() const { return static_cast<std::uint64_t>(size) | (mixed ? 4U : 0U); }
  static ChosenForm from(const ImageForm& form, std::uint64_t reasons);
};

// What the options leave open follows the forms of the pictures: one size that is not large is
// kept; a large one is made smaller with its proportions; of several sizes it is a square. Where
// some have colours, all get them.
ChosenForm choose_form(std::span<const ImageForm> pictures, const ImageOptions& options);

// The forms that the files' headers say; those that cannot be read are left out.
std::vector<ImageForm> survey_forms(const std::filesystem::path& folder,
                                    const ImageListing& listing, const ImageOptions& options);

// What was chosen, for the people whose pictures they are.
std::vector<PictureNote> notes_of(const ChosenForm& chosen);

}  // namespace lithe::data
