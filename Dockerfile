# A static binary in an empty image: no shell, no package manager, not root.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=development
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /livingprofile ./cmd/livingprofile \
    && mkdir /data /scratch

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /livingprofile /livingprofile
COPY --from=build --chown=65532:65532 /data /data
# For what is thrown away: the demo, and the installation that routes looks at.
COPY --from=build --chown=65532:65532 /scratch /tmp
USER 65532:65532
VOLUME /data
ENV LIVINGPROFILE_DATABASE=/data LIVINGPROFILE_FILES=/data LIVINGPROFILE_LISTEN=:8080
EXPOSE 8080
ENTRYPOINT ["/livingprofile"]
CMD ["serve"]
