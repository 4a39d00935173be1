#include "lithe/error.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace lithe {
namespace {

TEST(Error, IsItsProblemAlone) {
  const Error error(ErrorKind::usage, "batch is 0");
  EXPECT_STREQ(error.what(), "batch is 0");
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_EQ(error.where(), "");
  EXPECT_EQ(error.remedy(), "");
}

TEST(Error, SaysThePlaceAndTheRemedy) {
  const Error error(ErrorKind::data, "wrong magic", "images, byte 0", "fetch it again");
  EXPECT_STREQ(error.what(), "wrong magic at images, byte 0\n  try: fetch it again");
  EXPECT_EQ(error.problem(), "wrong magic");
  EXPECT_EQ(error.where(), "images, byte 0");
  EXPECT_EQ(error.remedy(), "fetch it again");
}

TEST(Error, LeavesOutAPlaceThatIsNotThere) {
  EXPECT_STREQ(Error(ErrorKind::io, "disk full", {}, "free some").what(),
               "disk full\n  try: free some");
}

TEST(Error, PutsAQuotedSentenceOnLinesOfItsOwn) {
  const Error error(ErrorKind::sentence, "no layer 'dens'", "dens(30)\n^~~~", "dense");
  EXPECT_STREQ(error.what(), "no layer 'dens'\ndens(30)\n^~~~\n  try: dense");
}

TEST(Error, IsCaughtAsAStandardException) {
  EXPECT_TRUE((std::is_base_of_v<std::exception, Error>));
  try {
    throw Error(ErrorKind::numeric, "the loss is not a number");
  } catch (const std::exception& error) {
    EXPECT_STREQ(error.what(), "the loss is not a number");
  }
}

}  // namespace
}  // namespace lithe
