package org.align4j.core.net;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import org.align4j.core.ConfigurationException;

/** Base addresses of HTTP services. They stand in messages, so they must hold no secret. */
public final class Endpoints {
  private Endpoints() {}

  /**
   * Parses a base address.
   *
   * @param source what holds it; stands in messages
   * @param address an http or https address without user info, query and fragment
   * @return the address without a trailing slash
   * @throws ConfigurationException as {@link #require} says
   */
  public static URI parse(String source, String address) {
    URI uri;
    try {
      uri = new URI(address.strip());
    } catch (URISyntaxException e) {
      // Neither the address nor this cause, which quotes it, is told: both may hold a password.
      throw new ConfigurationException(
          source + " is no address: " + e.getReason() + " at character " + (e.getIndex() + 1));
    }
    return require(source, uri);
  }

  /**
   * Checks a base address.
   *
   * @param source what holds it; stands in messages
   * @param uri an address with scheme and host
   * @return the address
   * @throws ConfigurationException unless it is {@code http(s)://host[:port][/path]}; the message
   *     does not quote it
   */
  public static URI require(String source, URI uri) {
    if (uri.getRawAuthority() != null && uri.getRawAuthority().contains("@")) {
      throw new ConfigurationException(
          source + " holds a user or password; give an access token apart from the address");
    }
    if (!isHttp(uri)) {
      throw new ConfigurationException(source + " is not of the form http(s)://host[:port]/path");
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw new ConfigurationException(
          source
              + " holds a query or fragment (\"?\", \"#\"); a base address ends with its path, and an"
              + " access token is given apart from it");
    }
    return uri;
  }

  /**
   * {@return where a {@code Location} header leads; empty if that is no http(s) address}
   *
   * @param from the address that was asked
   * @param location the header's value, absolute or relative
   */
  public static Optional<URI> redirect(URI from, String location) {
    try {
      return Optional.of(from.resolve(new URI(location))).filter(Endpoints::isHttp);
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  private static boolean isHttp(URI uri) {
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    return (scheme.equals("http") || scheme.equals("https")) && uri.getHost() != null;
  }
}
